<?php
/*
Plugin Name: Backup mode
Description: While the marker is there, another server is the primary: this one shows the site and changes nothing.

/var/lib/wordpress/wp-content/mu-plugins/backup-mode.php on a and b. A plugin of this folder is always on, and is loaded
before all others.
*/

const BACKUP_MARKER = '/srv/site/BACKUP';

/** Looked at with each request: a switchover writes the marker before it stops the site. */
function backup_mode() {
    return file_exists(BACKUP_MARKER);
}

if (backup_mode()) {
    $method = $_SERVER['REQUEST_METHOD'] ?? 'GET';
    if (!in_array($method, array('GET', 'HEAD', 'OPTIONS'), true) || defined('DOING_CRON')) {
        header('HTTP/1.1 503 Service Unavailable');
        header('Retry-After: 60');
        header('Content-Type: text/plain');
        exit("This server is a standby and takes no changes.\n");
    }
    // Pages that are only shown start no jobs, send no mail and update nothing.
    if (!defined('DISABLE_WP_CRON')) {
        define('DISABLE_WP_CRON', true);
    }
    add_filter('pre_wp_mail', '__return_false');
    add_filter('automatic_updater_disabled', '__return_true');
    // WordPress also writes when a page is shown: options, transients. Such a write fails, and the page is shown.
    $wpdb->suppress_errors();
    $wpdb->query('SET SESSION TRANSACTION READ ONLY');
}

/** Health and role, for both agents: 200 when the database answers. */
add_action('rest_api_init', function () {
    register_rest_route('site/v1', '/health', array(
        'methods' => 'GET',
        'permission_callback' => '__return_true',
        'callback' => function () {
            global $wpdb;
            if ($wpdb->get_var("SELECT COUNT(*) FROM $wpdb->options") === null) {
                return new WP_Error('database', 'the database does not answer', array('status' => 503));
            }
            return array('mode' => backup_mode() ? 'standby' : 'primary', 'jobs' => !backup_mode());
        },
    ));
});
