-- The receipt of the whole request, where this is one of its parts: a bulk's rows name their leads, and by way of this column
-- the answer that tells of all of them is found with each.
ALTER TABLE receipts ADD COLUMN part_of BLOB;
