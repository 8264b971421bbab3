DROP TABLE visit_keys;
DROP TABLE visits;
