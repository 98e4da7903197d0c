//! The banks and keys that a node holds in memory. A change of a bank makes a new directory that
//! shares everything else with the old one.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use mamori_model::key::{Key, Role};
use mamori_model::{Bank, BankId, Hit, HitView, ServiceId, Sha256, ShownHits};

/// The banks and keys at one position of the change log.
#[derive(Default)]
pub struct Directory {
    banks: HashMap<BankId, Arc<Bank>>,
    keys: Arc<HashMap<Sha256, Arc<Key>>>,
}

/// Shows counts only: the directory has the digest of every key.
impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (banks, keys) = (self.banks.len(), self.keys.len());
        f.debug_struct("Directory").field("banks", &banks).field("keys", &keys).finish()
    }
}

impl Directory {
    /// Builds the directory of these banks and live keys. The keys of the services that are
    /// `leaving` have here only the scopes that remain to them.
    pub fn new(banks: Vec<Bank>, keys: Vec<Key>, leaving: &BTreeSet<ServiceId>) -> Self {
        let as_accepted = |key: Key| match key.role {
            Role::Service(service) if leaving.contains(&service) => {
                Key { scopes: key.scopes.when_leaving(), ..key }
            }
            Role::Service(_) | Role::Admin => key,
        };
        let keys = keys.into_iter().map(as_accepted);
        Self {
            banks: banks.into_iter().map(|bank| (bank.id, Arc::new(bank))).collect(),
            keys: Arc::new(keys.map(|key| (key.digest, Arc::new(key))).collect()),
        }
    }

    /// Returns this directory with these banks as they are now; `None`: the bank is deleted.
    #[must_use]
    pub fn with_banks(&self, changed: &[(BankId, Option<Bank>)]) -> Self {
        let mut banks = self.banks.clone();
        for (id, bank) in changed {
            match bank {
                Some(bank) => banks.insert(*id, Arc::new(bank.clone())),
                None => banks.remove(id),
            };
        }
        Self { banks, keys: Arc::clone(&self.keys) }
    }

    /// Returns the bank, unless it is unknown or deleted.
    pub fn bank(&self, id: BankId) -> Option<&Bank> {
        self.banks.get(&id).map(AsRef::as_ref)
    }

    /// Returns every bank, in no particular order.
    pub fn banks(&self) -> impl Iterator<Item = &Bank> {
        self.banks.values().map(AsRef::as_ref)
    }

    /// Returns `hits` as the service is shown them whose item it is.
    pub fn shown_hits<'a>(&self, view: HitView, hits: &'a [Hit]) -> ShownHits<'a> {
        view.shown_hits(hits, |bank| self.bank(bank).map(|bank| bank.distance_max))
    }

    /// Returns the live key whose text has this sha-256 digest.
    pub fn key(&self, digest: &Sha256) -> Option<&Arc<Key>> {
        self.keys.get(digest)
    }
}
