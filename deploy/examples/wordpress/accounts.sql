-- On a and b, each with passwords of its own: the agents' in /etc/understudy/mariadb.cnf, the site's in /etc/site/wordpress.php.
-- Either server may be the standby, which restores into schemas next to the live one, keeps rights on single routines and looks up
-- whether accounts that views and routines run as are here.
CREATE USER understudy@localhost IDENTIFIED BY '<password of the agents>';
GRANT ALL ON `wordpress%`.* TO understudy@localhost WITH GRANT OPTION;
GRANT SET USER ON *.* TO understudy@localhost;
GRANT SELECT ON mysql.proc TO understudy@localhost;
GRANT SELECT ON mysql.user TO understudy@localhost;
GRANT SELECT ON mysql.procs_priv TO understudy@localhost;
CREATE USER wordpress@localhost IDENTIFIED BY '<password of the site>';
GRANT ALL ON wordpress.* TO wordpress@localhost;
