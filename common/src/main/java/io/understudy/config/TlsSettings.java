package io.understudy.config;

import java.nio.file.Path;

/** PEM files. */
public record TlsSettings(Path certificate, Path key, Path ca) {}
