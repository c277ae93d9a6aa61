package io.understudy.time;

import io.understudy.testing.TickerContract;

class SystemTickerTest extends TickerContract {
    @Override
    protected Ticker ticker() {
        return Ticker.system();
    }
}
