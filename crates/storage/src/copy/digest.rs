//! What a table holds, in a few bytes that do not depend on the order of its rows.

use sha2::{Digest as _, Sha256};

use super::{Cell, CopyError, Rows, Table};

/// The rows of a table: how many there are, and the sum of their hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableDigest {
    /// How many rows.
    pub rows: u64,
    /// The sum of the first and of the second half of each row's SHA-256, each modulo 2^128.
    pub sums: (u128, u128),
}

impl TableDigest {
    /// Counts a row in.
    pub(super) fn add(&mut self, row: &[Cell]) {
        let mut hasher = Sha256::new();
        for cell in row {
            // Kind and length come first, so that no two rows are written alike.
            let (kind, bytes): (u8, Vec<u8>) = match cell {
                Cell::Null => (0, Vec::new()),
                Cell::Integer(number) => (1, number.to_be_bytes().into()),
                Cell::Real(number) => (2, number.to_bits().to_be_bytes().into()),
                Cell::Text(text) => (3, text.as_bytes().into()),
                Cell::Bytes(bytes) => (4, bytes.clone()),
            };
            hasher.update([kind]);
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(&bytes);
        }
        let hash: [u8; 32] = hasher.finalize().into();
        let (first, second) = hash.split_at(16);
        let half = |bytes: &[u8]| u128::from_be_bytes(bytes.try_into().expect("16 of 32 bytes"));
        self.rows += 1;
        self.sums = (self.sums.0.wrapping_add(half(first)), self.sums.1.wrapping_add(half(second)));
    }

    /// The digest of a table's rows, but for those that are left out.
    pub(super) fn of(
        rows: &mut dyn Rows,
        table: &Table,
        is_left_out: &dyn Fn(&[Cell]) -> bool,
    ) -> Result<Self, CopyError> {
        let mut digest = Self::default();
        rows.read(table, &mut |batch| {
            batch.iter().filter(|row| !is_left_out(row)).for_each(|row| digest.add(row));
            Ok(())
        })?;
        Ok(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[Vec<Cell>]) -> TableDigest {
        let mut digest = TableDigest::default();
        for row in rows {
            digest.add(row);
        }
        digest
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_every_value_does() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let (one, two) = (vec![text("a"), Cell::Null], vec![text("b"), Cell::Integer(1)]);
        assert_eq!(digest(&[one.clone(), two.clone()]), digest(&[two.clone(), one.clone()]));
        for other in [
            vec![text("b"), Cell::Integer(2)],
            vec![text("b"), Cell::Real(1.0)],
            vec![text("b"), text("1")],
            vec![text("b1"), text("")],
            vec![Cell::Bytes(b"b".to_vec()), Cell::Integer(1)],
        ] {
            assert_ne!(digest(&[one.clone(), two.clone()]), digest(&[one.clone(), other]));
        }
        assert_ne!(digest(&[one.clone(), one.clone()]), digest(&[one]));
    }
}
