<?php
// /etc/wordpress/config-default.php on a and b: it comes with each snapshot, so it is the same on both servers.
// What each server has for itself is in no tree: DB_PASSWORD of its MariaDB.
require '/etc/site/wordpress.php';
// AUTH_KEY and its seven companions: who is logged in on one server is so on the other.
require '/etc/wordpress/keys.php';
define('DB_NAME', 'wordpress');
define('DB_USER', 'wordpress');
define('WP_CONTENT_DIR', '/var/lib/wordpress/wp-content');
