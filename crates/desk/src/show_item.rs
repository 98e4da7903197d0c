//! An item is shown: unsealed, decoded in the cage, and sent as a rendition. Takes a look that was
//! written down, and nothing else opens the vault for a person.

use bytes::Bytes;
use mamori_media::{Aim, Format, Veil};
use mamori_model::look::Clarity;
use mamori_model::{Backdrop, Evidence, Hit, Kept, Refusal, Sensitive};
use mamori_vault::{Error as VaultError, Vault};

use crate::open_look::Looked;
use crate::{Desk, Error};

/// How many bytes a sealed object has beyond the item's own, at most.
const SEAL_BYTES_MAX: u64 = 1_024;

/// What a person sees of an item.
#[derive(Clone, Debug)]
pub struct Shown {
    /// A file that we wrote.
    pub file: Bytes,
    /// Its media type.
    pub media_type: &'static str,
}

impl Desk {
    /// The picture of a look: once. It shows the frame of these bytes that matched best.
    ///
    /// [`Refusal::LookClosed`] if it left before or the look is over; [`Refusal::EvidenceGone`] from
    /// the very end of the item's term; [`Refusal::EvidenceBroken`] if what lies there is not what
    /// was sealed; [`Refusal::VaultClosed`] without the key; [`Error::Media`] if the cage cannot
    /// read it.
    pub async fn picture(&self, looked: Looked) -> Result<Shown, Error> {
        let vault = self.settings().vault.as_ref().ok_or(Refusal::VaultClosed)?;
        let evidence = self.store().evidence(looked.evidence).await?;
        Kept::of(evidence.as_ref(), self.clock().now()).readable()?;
        let evidence = evidence.ok_or(Refusal::EvidenceNone)?;
        let hits = match &evidence.sha256 {
            Some(sha256) => self.store().hits_of_bytes(evidence.item, sha256).await?,
            None => Vec::new(),
        };
        let aim = aim(&hits);
        let item = unseal(vault, &evidence).await?;
        let veil = match looked.clarity {
            Clarity::Veiled => Veil::Veiled,
            Clarity::Clear => Veil::Clear,
        };
        let raster = self.pool().render(item.into_revealed(), veil, aim).await?;
        let file = tokio::task::spawn_blocking(move || mamori_media::encode(&raster)).await;
        let file = file.map_err(|cause| Error::internal("encoding stopped", cause))??;
        let is_png = mamori_media::sniff(&file)? == Format::Png;
        let media_type = if is_png { "image/png" } else { "image/jpeg" };

        let mut tx = self.store().begin("picture").await?;
        if !tx.show_look(looked.look, self.clock().now()).await? {
            return Err(Refusal::LookClosed.into());
        }
        tx.commit().await?;

        Ok(Shown { file: file.into(), media_type })
    }
}

/// The frame and the backdrop that matched best: what a person judges is what the machine compared.
/// Without a hit by looks, what most viewers show first.
fn aim(hits: &[Hit]) -> Aim {
    let Some(best) = Hit::best_look(hits) else { return Aim::FIRST };
    let backdrop = match best.variant.backdrop {
        Backdrop::None => Backdrop::White,
        backdrop @ (Backdrop::White | Backdrop::Black) => backdrop,
    };
    Aim { frame: best.frame, backdrop }
}

async fn unseal(vault: &Vault, evidence: &Evidence) -> Result<Sensitive<Vec<u8>>, Error> {
    let key = evidence.wrapped_key.as_ref().ok_or(Refusal::EvidenceGone)?;
    let bytes_max = evidence.size.saturating_add(SEAL_BYTES_MAX);
    let name = evidence.id.to_string();
    let opened = async {
        let object = vault.get(evidence.id, bytes_max).await?;
        // A name that no keyring can have is no key of ours.
        let by = evidence.key_name.parse().map_err(|_| VaultError::NoKey)?;
        vault.unseal_beside(name.into_bytes(), object, key.clone(), by).await
    };
    opened.await.map_err(|error| {
        let logged: &(dyn std::error::Error + 'static) = &error;
        tracing::error!(evidence = %evidence.id, error = logged, "an item's bytes do not open");
        match error {
            VaultError::KeyMissing(_) | VaultError::NoKey => Refusal::VaultClosed.into(),
            VaultError::NotThere | VaultError::Broken(_) | VaultError::TooLarge { .. } => {
                Refusal::EvidenceBroken.into()
            }
            broken @ (VaultError::NotAKey { .. }
            | VaultError::Io { .. }
            | VaultError::Chance(_)) => Error::internal("the vault failed", broken),
        }
    })
}
