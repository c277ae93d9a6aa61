package io.understudy.roundtrip;

import java.util.Random;
import java.util.UUID;

/** Types of columns, with values that differ for different numbers, and values with all that makes them difficult. */
enum RandomType {
    INT("int", true) {
        @Override
        String distinct(int n) {
            return Integer.toString(n - 1000);
        }

        @Override
        String any(Random random) {
            return either(random, "0", "-2147483648", "2147483647", Integer.toString(random.nextInt(100)));
        }
    },
    BIGINT("bigint", true) {
        @Override
        String distinct(int n) {
            return Long.toString(n * 4_000_000_000L);
        }

        @Override
        String any(Random random) {
            return either(random, "'-9223372036854775808'", Long.toString(random.nextLong() >> 2));
        }
    },
    TEXT("text", true) {
        @Override
        String distinct(int n) {
            return "E'\\t\\\\" + n + "\\n'";
        }

        @Override
        String any(Random random) {
            return text(random);
        }
    },
    CODE("varchar(40)", true) {
        @Override
        String distinct(int n) {
            return "'Ä" + n + " '";
        }

        @Override
        String any(Random random) {
            return either(random, "''", "' '", "'\\.'", "'\\N'", "'NULL'", "'ß{\"," + random.nextInt(9) + "}'");
        }
    },
    PADDED("char(8)", true) {
        @Override
        String distinct(int n) {
            return "'p" + n + "'";
        }

        @Override
        String any(Random random) {
            return either(random, "''", "'  x'", "'" + random.nextInt(99) + "'");
        }
    },
    AMOUNT("numeric", true) {
        @Override
        String distinct(int n) {
            return n + (n % 2 == 0 ? ".50" : ".5");
        }

        @Override
        String any(Random random) {
            return either(random, "'NaN'", "'Infinity'", "0.000", "1e40", random.nextInt(9) + ".10");
        }
    },
    MOMENT("timestamptz", true) {
        @Override
        String distinct(int n) {
            return "timestamptz '2026-03-29 00:59:59.999999+00' + " + n + " * interval '1 hour'";
        }

        @Override
        String any(Random random) {
            return either(random, "'infinity'", "'-infinity'", "'0044-03-15 12:00 BC'", "'1900-01-01 00:00:00.1'");
        }
    },
    DAY("date", true) {
        @Override
        String distinct(int n) {
            return "date '1999-12-31' + " + n;
        }

        @Override
        String any(Random random) {
            return either(random, "'infinity'", "'2024-02-29'", "'4713-01-01 BC'");
        }
    },
    IDENTIFIER("uuid", true) {
        @Override
        String distinct(int n) {
            return "'" + new UUID(7, n) + "'";
        }

        @Override
        String any(Random random) {
            return "'" + new UUID(random.nextLong(), 1) + "'";
        }
    },
    ADDRESS("inet", true) {
        @Override
        String distinct(int n) {
            return "inet '10.0.0.0/8' + " + n;
        }

        @Override
        String any(Random random) {
            return either(random, "'::1'", "'192.0.2.1/24'", "'fe80::1/10'");
        }
    },
    RAW("bytea", true) {
        @Override
        String distinct(int n) {
            return "'\\x00%06xff'".formatted(n);
        }

        @Override
        String any(Random random) {
            return either(
                    random, "''", "'\\x5c00'", "decode(repeat('%02x', 3000), 'hex')".formatted(random.nextInt(256)));
        }
    },
    POSITIVE("%s.positive", true) {
        @Override
        String distinct(int n) {
            return Integer.toString(n);
        }

        @Override
        String any(Random random) {
            return Integer.toString(1 + random.nextInt(9));
        }
    },
    MOOD("%s.mood", false) {
        @Override
        String any(Random random) {
            return either(random, "'sad'", "'it''s ok'", "'happy'");
        }
    },
    DOUBLE("float8", false) {
        @Override
        String any(Random random) {
            return either(
                    random, "'NaN'", "'-0'", "'-Infinity'", "5e-324", "'0.1'", Double.toString(random.nextDouble()));
        }
    },
    REAL("real", false) {
        @Override
        String any(Random random) {
            return either(random, "'3.4028235e38'", "'1e-45'", Float.toString(random.nextFloat()));
        }
    },
    DOCUMENT("jsonb", false) {
        @Override
        String any(Random random) {
            return either(random, "'null'", "'{\"a\": [1, \"\\u00e4\", {}]}'", "'\"" + random.nextInt(99) + "\"'");
        }
    },
    PLAIN_DOCUMENT("json", false) {
        @Override
        String any(Random random) {
            return either(random, "'{ \"b\" :1, \"b\":2 }'", "'[\"\\\\t\" ]'");
        }
    },
    NUMBERS("int[]", false) {
        @Override
        String any(Random random) {
            return either(random, "'{}'", "'{1,NULL,3}'", "'[0:1]={5,6}'", "'{{1,2},{3," + random.nextInt(9) + "}}'");
        }
    },
    WORDS("text[]", false) {
        @Override
        String any(Random random) {
            return either(random, "ARRAY['', NULL, 'NULL', 'a\"b', 'c,d', E'\\\\']", "ARRAY[" + text(random) + "]");
        }
    },
    BITS("bit varying(9)", false) {
        @Override
        String any(Random random) {
            return either(random, "B''", "B'101'", "B'1'");
        }
    },
    SPAN("interval", false) {
        @Override
        String any(Random random) {
            return either(random, "'1 mon -1 day'", "'-0.000001 s'", "'178000000 years'");
        }
    },
    RANGE("int4range", false) {
        @Override
        String any(Random random) {
            return either(random, "'empty'", "'(,5]'", "'[" + random.nextInt(9) + ",10)'");
        }
    },
    POINT("point", false) {
        @Override
        String any(Random random) {
            return "'(0.1,-" + random.nextInt(9) + ")'";
        }
    },
    SEARCH("tsvector", false) {
        @Override
        String any(Random random) {
            return either(
                    random, "''", "'''a b'':1A,3 c:2'", "to_tsvector('simple', 'one two " + random.nextInt(9) + "')");
        }
    },
    PAIR("%s.pair", false) {
        @Override
        String any(Random random) {
            return either(random, "'(,)'", "'(1,\"a,\"\"b\")'", "'(" + random.nextInt(9) + ",)'");
        }
    },
    FLAG("boolean", false) {
        @Override
        String any(Random random) {
            return Boolean.toString(random.nextBoolean());
        }
    };

    private static final int LONGEST = 300;

    private final String sql;
    private final boolean key;

    RandomType(String sql, boolean key) {
        this.sql = sql;
        this.key = key;
    }

    /** @param schema where the types that are not built in are */
    String in(String schema) {
        return sql.formatted(schema);
    }

    /** Whether each number has a value of its own. */
    boolean isDistinct() {
        return key;
    }

    /** The value of a number, from 1 on; only of those that are distinct. */
    String distinct(int n) {
        throw new IllegalStateException(this + " is no type of keys: " + n);
    }

    abstract String any(Random random);

    /** As a site's, with all that COPY escapes, and some that are stored outside of their row. */
    static String text(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "'plain " + random.nextInt(1000) + "'";
            case 1 -> "E'tab\\tline\\nback\\\\slash\\r\\b " + random.nextInt(1000) + "'";
            case 2 -> "'häßlich Ω 𝄞 " + random.nextInt(1000) + "'";
            case 3 -> "''";
            case 4 ->
                "(SELECT string_agg(md5((%d + g)::text), '') FROM generate_series(1, %d) g)"
                        .formatted(random.nextInt(), 80 + random.nextInt(LONGEST));
            default -> "'\\N " + random.nextInt(10) + "'";
        };
    }

    private static String either(Random random, String... values) {
        return values[random.nextInt(values.length)];
    }
}
