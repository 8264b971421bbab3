ALTER TABLE receipts DROP COLUMN part_of;
