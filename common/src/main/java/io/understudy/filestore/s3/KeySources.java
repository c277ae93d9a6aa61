package io.understudy.filestore.s3;

import io.minio.credentials.AwsConfigProvider;
import io.minio.credentials.AwsEnvironmentProvider;
import io.minio.credentials.Credentials;
import io.minio.credentials.IamAwsProvider;
import io.minio.credentials.Provider;
import io.understudy.config.S3Options;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.OkHttpClient;

/**
 * Where {@code filestore.credentials} says that keys come from. The providers of the client look for each kind in the
 * environment and take the next where one is missing; here each sees only the variables that are its own. Their
 * failures are not passed on: an address of theirs holds a token.
 */
final class KeySources {
    private static final String WEB_IDENTITY = "AWS_WEB_IDENTITY_TOKEN_FILE";
    private static final List<String> POD =
            List.of(WEB_IDENTITY, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    private static final Set<String> OF_ITSELF = Set.of("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    private static final Pattern STATUS = Pattern.compile("status code (\\d{3})");

    private final OkHttpClient http;
    private final UnaryOperator<String> environment;
    private final Clock clock;

    /** @param environment a variable's value, or null */
    KeySources(OkHttpClient http, UnaryOperator<String> environment, Clock clock) {
        // A metadata service answers at once or is not there.
        this.http = http.newBuilder()
                .connectTimeout(Duration.ofSeconds(2))
                .readTimeout(Duration.ofSeconds(10))
                .build();
        this.environment = environment;
        this.clock = clock;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} */
    S3Keys of(S3Options.Keys keys) {
        return switch (keys.from()) {
            case SETTINGS -> ConfiguredKeys.of(keys);
            case ENVIRONMENT ->
                provided(
                        "the environment (AWS_ACCESS_KEY_ID)",
                        this::ofEnvironment,
                        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the agent's environment, for instance in"
                                + " /etc/understudy/environment");
            case FILE ->
                provided(
                        "profile " + variable("AWS_PROFILE").orElse("default") + " of "
                                + variable("AWS_SHARED_CREDENTIALS_FILE").orElse("~/.aws/credentials"),
                        this::ofFile,
                        "the file must hold aws_access_key_id and aws_secret_access_key for this profile, and the agent's"
                                + " user must be able to read it; AWS_SHARED_CREDENTIALS_FILE and AWS_PROFILE name others");
            case INSTANCE ->
                provided(
                        "the role of this machine",
                        this::ofInstance,
                        "give the machine a role (an instance profile), and let the agent's user reach 169.254.169.254");
            case POD -> {
                String variable = POD.stream()
                        .filter(name -> variable(name).isPresent())
                        .findFirst()
                        .orElseThrow(KeySources::noPod);
                yield provided(
                        "the role of this pod (" + variable + ")",
                        this::ofPod,
                        "check the role of the service account or of the task, and its trust policy");
            }
        };
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.apply(name)).filter(value -> !value.isEmpty());
    }

    private static UnderstudyException noPod() {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot open the filestore: filestore.credentials is pod, but none of " + String.join(", ", POD)
                        + " is set",
                "give the pod a service account with a role, or choose another of filestore.credentials");
    }

    private Provider ofEnvironment() {
        return new AwsEnvironmentProvider() {
            @Override
            protected String getProperty(String name) {
                return environment.apply(name);
            }
        };
    }

    private Provider ofFile() {
        return new AwsConfigProvider(null, null) {
            @Override
            protected String getProperty(String name) {
                return environment.apply(name);
            }
        };
    }

    private Provider ofInstance() {
        return new IamAwsProvider(variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").orElse(null), http) {
            @Override
            protected String getProperty(String name) {
                return OF_ITSELF.contains(name) ? environment.apply(name) : null;
            }
        };
    }

    private Provider ofPod() {
        String sts = variable(WEB_IDENTITY)
                .flatMap(file -> variable("AWS_ENDPOINT_URL_STS"))
                .orElse(null);
        return new IamAwsProvider(sts, http) {
            @Override
            protected String getProperty(String name) {
                return environment.apply(name);
            }
        };
    }

    /** @param provider a new one each time: none of them is asked twice, so none answers from its cache */
    private S3Keys provided(String source, Supplier<Provider> provider, String hint) {
        return new ProvidedKeys(source, () -> fetch(source, provider, hint), clock);
    }

    private static Credentials fetch(String source, Supplier<Provider> provider, String hint) {
        try {
            Credentials given = provider.get().fetch();
            if (given == null || given.accessKey() == null || given.secretKey() == null) {
                throw new IllegalStateException("the answer holds none");
            }
            return given;
        } catch (RuntimeException e) {
            throw failure(source, e, hint);
        }
    }

    private static UnderstudyException failure(String source, RuntimeException failure, String hint) {
        String action = "cannot get the keys of the filestore from " + source + ": ";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileSystemException || cause instanceof java.io.FileNotFoundException) {
                return new UnderstudyException(ErrorCode.FILESTORE_DENIED, action + "a file cannot be read", hint);
            }
            if (cause instanceof InterruptedIOException
                    && Thread.currentThread().isInterrupted()) {
                return new UnderstudyException(ErrorCode.CANCELLED, action + "interrupted", "try again");
            }
            if (cause instanceof com.fasterxml.jackson.core.JacksonException) {
                return new UnderstudyException(ErrorCode.FILESTORE_FAILED, action + "its answer has no keys", hint);
            }
            if (cause instanceof IOException) {
                return new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, action + "no answer", hint);
            }
        }
        Matcher status = STATUS.matcher(String.valueOf(failure.getMessage()));
        if (status.find()) {
            int number = Integer.parseInt(status.group(1));
            ErrorCode code = number >= 500 || number == 429 ? ErrorCode.FILESTORE_FAILED : ErrorCode.FILESTORE_DENIED;
            return new UnderstudyException(code, action + "the answer is status " + number, hint);
        }
        return new UnderstudyException(ErrorCode.FILESTORE_DENIED, action + "there are none", hint);
    }
}
