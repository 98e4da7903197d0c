//! What a node knows by heart: the banks and the keys. Replaced whole when either changes.

use std::collections::HashMap;

use jiff::civil::Date;
use mamori_model::key::{Key, Role};
use mamori_model::{Bank, BankId, Country, KeyId, NotLooked, Sha256, Surface};

/// The banks and keys at one position of the change log.
#[derive(Debug, Default)]
pub struct Directory {
    banks: HashMap<BankId, Bank>,
    keys: HashMap<Sha256, (KeyId, Role)>,
}

impl Directory {
    /// The directory of these banks and live keys.
    pub fn new(banks: Vec<Bank>, keys: Vec<Key>) -> Self {
        Self {
            banks: banks.into_iter().map(|bank| (bank.id, bank)).collect(),
            keys: keys.into_iter().map(|key| (key.digest, (key.id, key.role))).collect(),
        }
    }

    /// The bank, if it is there.
    pub fn bank(&self, id: BankId) -> Option<&Bank> {
        self.banks.get(&id)
    }

    /// Every bank, in no order.
    pub fn banks(&self) -> impl Iterator<Item = &Bank> {
        self.banks.values()
    }

    /// Whose key has this digest.
    pub fn key(&self, digest: &Sha256) -> Option<(KeyId, Role)> {
        self.keys.get(digest).copied()
    }

    /// The banks that may look at an item, or why none may.
    pub fn looking(
        &self,
        surface: Surface,
        country: Option<Country>,
        today: Date,
    ) -> Result<Vec<&Bank>, NotLooked> {
        let mut nearest = NotLooked::NoBank;
        let mut looking = Vec::new();
        for bank in self.banks.values() {
            match bank.may_look(surface, country, today) {
                Ok(()) => looking.push(bank),
                Err(reason) => nearest = nearest.max(reason),
            }
        }
        if looking.is_empty() { Err(nearest) } else { Ok(looking) }
    }
}
