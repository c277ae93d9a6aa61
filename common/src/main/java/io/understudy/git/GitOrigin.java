package io.understudy.git;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.SafePath;
import java.io.IOException;
import java.util.List;

/**
 * What a snapshot says of a work tree of git; the content of the tree's file {@link #PATH}:
 *
 * <pre>{@code
 * {"revision":"5823092f7…","branch":"main","origin":"https://git.example.net/theme.git","store":"differences",
 *  "deleted":["old.css"]}
 * }</pre>
 *
 * @param revision what is checked out; null where nothing was ever committed
 * @param branch null where none is checked out
 * @param origin address of the remote {@code origin} without a password or token; null where there is none
 * @param store {@code all} or {@code differences}: whether the snapshot holds every file, or those alone that the
 *     revision has not
 * @param deleted of the revision's files those that were not there; only with {@code differences}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record GitOrigin(String revision, String branch, String origin, String store, List<String> deleted) {
    /** In the tree: the folder of that name on disk is never captured and never touched. */
    public static final SafePath PATH = SafePath.of(".git");

    public static final String ALL = "all";
    public static final String DIFFERENCES = "differences";

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public GitOrigin {
        deleted = deleted == null ? List.of() : List.copyOf(deleted);
    }

    public byte[] toJson() {
        try {
            return (JSON.writeValueAsString(this) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record is written to memory", e);
        }
    }

    /** @throws UnderstudyException {@code MANIFEST_DAMAGED} */
    public static GitOrigin parse(byte[] json) {
        try {
            return JSON.readValue(json, GitOrigin.class);
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot read what the snapshot says of a tree of git: it is damaged",
                    "verify the snapshot",
                    e);
        }
    }
}
