package io.understudy.fuzz;

import io.understudy.admin.AdminFuzz;
import io.understudy.age.AgeFuzz;
import io.understudy.audit.AuditFuzz;
import io.understudy.config.ConfigFuzz;
import io.understudy.dump.DumpFuzz;
import io.understudy.filestore.s3.S3Fuzz;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.postgres.PostgresFuzz;
import io.understudy.repository.ListFuzz;
import io.understudy.repository.RowsFuzz;
import io.understudy.repository.SealedFuzz;
import io.understudy.repository.SignedFuzz;
import io.understudy.repository.SmallObjectFuzz;
import io.understudy.repository.blob.BlobFuzz;
import io.understudy.repository.digest.DigestFuzz;
import io.understudy.repository.key.KeyFuzz;
import io.understudy.repository.tree.TreeFuzz;
import io.understudy.site.MarkerFuzz;
import java.util.List;
import java.util.stream.Stream;

/** The parsers that both agents share. */
public final class CommonTargets {
    private CommonTargets() {}

    public static List<Named> all() {
        return Stream.of(
                        SignedFuzz.targets(),
                        SealedFuzz.targets(),
                        AgeFuzz.targets(),
                        SmallObjectFuzz.targets(),
                        ListFuzz.targets(),
                        RowsFuzz.targets(),
                        BlobFuzz.targets(),
                        TreeFuzz.targets(),
                        DigestFuzz.targets(),
                        KeyFuzz.targets(),
                        ConfigFuzz.targets(),
                        PostgresFuzz.targets(),
                        DumpFuzz.targets(),
                        AuditFuzz.targets(),
                        MarkerFuzz.targets(),
                        AdminFuzz.targets(),
                        S3Fuzz.targets())
                .flatMap(List::stream)
                .toList();
    }
}
