//! Pagination of lists.

/// Number of rows of a page, 1 to [`PageSize::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u32);

impl PageSize {
    /// The most rows of a page.
    pub const MAX: u32 = 1_000;
    /// A page of [`Self::MAX`] rows.
    pub const LARGEST: Self = Self(Self::MAX);
    /// The number of rows if the caller does not ask for another.
    pub const DEFAULT: Self = Self(100);

    /// Returns a page size of `rows`; `None` below 1 and above [`Self::MAX`].
    pub fn new(rows: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&rows).then_some(Self(rows))
    }

    /// Returns the number of rows.
    pub fn rows(self) -> u32 {
        self.0
    }
}

/// One page of a list, with the position where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, After> {
    /// The rows of this page, at most [`PageSize::MAX`].
    pub rows: Vec<T>,
    /// The position of the last row, from which the next page continues; `None` on the last page.
    pub next: Option<After>,
}

impl<T, After> Page<T, After> {
    /// Builds a page of `size` from `rows`. The caller must have queried one row more than `size`,
    /// which shows whether another page follows.
    pub fn of(mut rows: Vec<T>, size: PageSize, place: impl Fn(&T) -> After) -> Self {
        let size = usize::try_from(size.rows()).unwrap_or(usize::MAX);
        let has_more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| has_more).map(place);
        Self { rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_the_next_begins_only_if_there_is_one() {
        let size = PageSize::new(2).unwrap();

        let full = Page::of(vec![1, 2, 3], size, |row| *row);
        let last = Page::of(vec![1, 2], size, |row| *row);

        assert_eq!(full, Page { rows: vec![1, 2], next: Some(2) });
        assert_eq!(last, Page { rows: vec![1, 2], next: None });
    }
}
