# Gives every certificate in Java's key store (JKS) one date, so that the same certificates give the same bytes.
#   fixed-dates.pl FILE SECONDS
use strict;
use warnings;
use Digest::SHA qw(sha1);

my ($file, $seconds) = @ARGV;
my $password = join '', map { "\0$_" } split //, 'changeit';
open(my $in, '<:raw', $file) or die "$file: $!";
my $store = do { local $/; <$in> };
close $in;

my ($magic, $version, $count) = unpack 'NNN', $store;
die "$file is no key store of version 2" unless $magic == 0xFEEDFEED && $version == 2;
my $at = 12;
for (1 .. $count) {
    my ($tag, $name) = unpack "x$at N n/a", $store;
    die "$file holds more than certificates" unless $tag == 2;
    $at += 6 + length $name;
    substr($store, $at, 8) = pack 'Q>', $seconds * 1000;
    $at += 8;
    my $type = unpack "x$at n/a", $store;
    $at += 2 + length $type;
    $at += 4 + unpack "x$at N", $store;
}
substr($store, $at) = sha1($password . 'Mighty Aphrodite' . substr($store, 0, $at));
open(my $out, '>:raw', $file) or die "$file: $!";
print $out $store;
close $out or die "$file: $!";
