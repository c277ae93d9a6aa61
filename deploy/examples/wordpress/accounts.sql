-- On a and b, each with passwords of its own: the agents' in /etc/understudy/mariadb.cnf, the site's in /etc/site/wordpress.php.
-- Either server may be the standby, which restores into schemas next to the live one.
CREATE USER understudy@localhost IDENTIFIED BY '<password of the agents>';
GRANT ALL ON `wordpress%`.* TO understudy@localhost;
GRANT SET USER ON *.* TO understudy@localhost;
GRANT SELECT ON mysql.proc TO understudy@localhost;
CREATE USER wordpress@localhost IDENTIFIED BY '<password of the site>';
GRANT ALL ON wordpress.* TO wordpress@localhost;
