//! What is there, in pages. Each takes a proof, and shows a service its own only.

use mamori_model::import::Import;
use mamori_model::key::{Key, Service};
use mamori_model::matched::Match;
use mamori_model::page::{Page, PageSize};
use mamori_model::webhook::{Delivery, DeliveryState, Endpoint};
use mamori_model::{
    Bank, BankId, BankName, DeliveryId, EndpointId, Entry, EntryId, ImportId, KeyId, MatchId,
    ServiceId,
};
use mamori_store::{EntryFilter, MatchFilter};

use crate::{Admin, Caller, Desk, Error, Proof};

impl Desk {
    /// A bank. Any key may know the banks; only an administrator sees what is in them.
    pub async fn bank(&self, _: &Proof, id: BankId) -> Result<Bank, Error> {
        self.store().bank(id).await?.ok_or(Error::NotFound("bank"))
    }

    /// A bank by its name.
    pub async fn bank_named(&self, _: &Proof, name: &BankName) -> Result<Bank, Error> {
        self.store().bank_named(name).await?.ok_or(Error::NotFound("bank"))
    }

    /// The banks, the oldest first.
    pub async fn banks(
        &self,
        _: &Proof,
        after: Option<BankId>,
        size: PageSize,
    ) -> Result<Page<Bank, BankId>, Error> {
        Ok(self.store().banks(after, size).await?)
    }

    /// How many entries of a bank match now.
    pub async fn count_entries(&self, _: &Proof, bank: BankId) -> Result<u64, Error> {
        Ok(self.store().count_entries(bank, self.clock().now()).await?)
    }

    /// An entry of a bank.
    pub async fn entry(&self, _: &Admin, bank: BankId, id: EntryId) -> Result<Entry, Error> {
        let entry = self.store().entry(id).await?;
        entry.filter(|entry| entry.bank == bank).ok_or(Error::NotFound("entry"))
    }

    /// The entries of a bank, the oldest first.
    pub async fn entries(
        &self,
        _: &Admin,
        bank: BankId,
        filter: &EntryFilter,
        after: Option<EntryId>,
        size: PageSize,
    ) -> Result<Page<Entry, EntryId>, Error> {
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        Ok(self.store().entries(bank, filter, after, size, self.clock().now()).await?)
    }

    /// An import into a bank, also while it runs.
    pub async fn import(&self, _: &Admin, bank: BankId, id: ImportId) -> Result<Import, Error> {
        self.store().import(bank, id).await?.ok_or(Error::NotFound("import"))
    }

    /// The imports into a bank, the newest first.
    pub async fn imports(
        &self,
        _: &Admin,
        bank: BankId,
        after: Option<ImportId>,
        size: PageSize,
    ) -> Result<Page<Import, ImportId>, Error> {
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        Ok(self.store().imports(bank, after, size).await?)
    }

    /// A match of the caller's.
    pub async fn a_match(&self, caller: &Caller, id: MatchId) -> Result<Match, Error> {
        self.store().a_match(caller.service(), id).await?.ok_or(Error::NotFound("match"))
    }

    /// The caller's matches, the newest first. There is no filter by account: nobody may ask for
    /// everything that a person did.
    pub async fn matches(
        &self,
        caller: &Caller,
        filter: MatchFilter,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<Page<Match, MatchId>, Error> {
        let own = MatchFilter { service: Some(caller.service()), ..filter };
        Ok(self.store().matches(&own, after, size).await?)
    }

    /// The services, the oldest first.
    pub async fn services(
        &self,
        _: &Admin,
        after: Option<ServiceId>,
        size: PageSize,
    ) -> Result<Page<Service, ServiceId>, Error> {
        Ok(self.store().services(after, size).await?)
    }

    /// The keys, of one service or all, the oldest first; revoked ones too.
    pub async fn keys(
        &self,
        _: &Admin,
        service: Option<ServiceId>,
        after: Option<KeyId>,
        size: PageSize,
    ) -> Result<Page<Key, KeyId>, Error> {
        Ok(self.store().keys(service, after, size).await?)
    }

    /// An endpoint of the caller's.
    pub async fn endpoint(&self, caller: &Caller, id: EndpointId) -> Result<Endpoint, Error> {
        self.store().endpoint(caller.service(), id).await?.ok_or(Error::NotFound("endpoint"))
    }

    /// The caller's endpoints, the oldest first.
    pub async fn endpoints(
        &self,
        caller: &Caller,
        after: Option<EndpointId>,
        size: PageSize,
    ) -> Result<Page<Endpoint, EndpointId>, Error> {
        Ok(self.store().endpoints(caller.service(), after, size).await?)
    }

    /// A delivery of the caller's.
    pub async fn delivery(&self, caller: &Caller, id: DeliveryId) -> Result<Delivery, Error> {
        self.store().delivery(caller.service(), id).await?.ok_or(Error::NotFound("delivery"))
    }

    /// The caller's deliveries, the newest first.
    pub async fn deliveries(
        &self,
        caller: &Caller,
        endpoint: Option<EndpointId>,
        state: Option<DeliveryState>,
        after: Option<DeliveryId>,
        size: PageSize,
    ) -> Result<Page<Delivery, DeliveryId>, Error> {
        Ok(self.store().deliveries(caller.service(), endpoint, state, after, size).await?)
    }
}
