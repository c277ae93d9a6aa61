package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Still;

/** A database that is what the settings say: its name, who reads its dump, and what of it needs the site stopped. */
interface ConfiguredDatabase extends SiteDatabase {
    OtherDatabase settings();

    @Override
    default String name() {
        return settings().name();
    }

    @Override
    default String preset() {
        return settings().preset();
    }

    @Override
    default Still still() {
        return settings().still();
    }
}
