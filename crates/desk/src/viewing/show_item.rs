//! Shows an item to a reviewer: unseals its bytes, decodes them in the sandbox and makes a
//! rendition. Takes a recorded view; no other function unseals an item for a staff member.

use bytes::Bytes;
use jiff::Timestamp;
use mamori_media::{Blur, Error as MediaError, Format, FrameSelection, Raster, Sender};
use mamori_model::staff::BlurStrength;
use mamori_model::view::Clarity;
use mamori_model::{Backdrop, Evidence, EvidenceStatus, Hit, Refusal, Sensitive, ServiceId};
use mamori_vault::{Error as VaultError, Vault};

use crate::viewing::open_view::RecordedView;
use crate::{Desk, Error};

/// How many bytes a sealed object has at most beyond the item's own.
const SEAL_BYTES_MAX: u64 = 1_024;

/// The rendition of an item, as the reviewer's browser gets it.
#[derive(Clone, Debug)]
pub struct Rendition {
    /// The encoded picture: a file that Mamori wrote, never the item's own bytes.
    pub file: Bytes,
    /// Media type of the file: `image/png` or `image/jpeg`.
    pub media_type: &'static str,
}

impl Desk {
    /// Returns the picture of a recorded view: once. It shows the frame of these bytes that matched
    /// best.
    ///
    /// [`Refusal::ViewClosed`] if the picture was sent before or the view has ended;
    /// [`Refusal::EvidenceGone`] from the very end of the item's term; [`Refusal::EvidenceBroken`]
    /// if the stored object is missing or is not what was sealed; [`Refusal::VaultClosed`] without
    /// the vault key; [`Error::Media`] if the sandbox cannot decode it.
    pub async fn picture(&self, recorded: RecordedView) -> Result<Rendition, Error> {
        self.picture_for(recorded, self.settings().blur_min).await
    }

    /// Returns the picture as [`Self::picture`] does. A blurred one is blurred as strongly as `own`,
    /// the reviewer's setting, or as the operator's, whichever is stronger.
    pub async fn picture_for(
        &self,
        recorded: RecordedView,
        own: BlurStrength,
    ) -> Result<Rendition, Error> {
        let vault = self.settings().vault.as_ref().ok_or(Refusal::VaultClosed)?;
        let evidence = self.store().evidence(recorded.evidence).await?;
        EvidenceStatus::of(evidence.as_ref(), self.clock().now()).readable()?;
        let evidence = evidence.ok_or(Refusal::EvidenceNone)?;
        let hits = match &evidence.sha256 {
            Some(sha256) => self.store().hits_of_bytes(evidence.item, sha256).await?,
            None => Vec::new(),
        };
        let selection = best_frame(&hits);
        let blur = match recorded.clarity {
            Clarity::Blurred => Blur::Blurred,
            Clarity::Clear => Blur::Clear,
            // The page at the service is no picture.
            Clarity::Context => return Err(Refusal::ViewClosed.into()),
        };
        let raster = match self.render(vault, &evidence, (blur, selection), recorded.service).await
        {
            Err(error) if is_lasting(&error) => {
                self.record_render(&evidence, Some(self.clock().now())).await?;
                return Err(error);
            }
            rendered => rendered?,
        };
        if evidence.render_failed_at.is_some() {
            self.record_render(&evidence, None).await?;
        }
        let raster = match blur {
            Blur::Blurred => raster.reduced(own.max(self.settings().blur_min).side_max()),
            Blur::Clear => raster,
        };
        let file = tokio::task::spawn_blocking(move || mamori_media::encode(&raster)).await;
        let file = file.map_err(|cause| Error::internal("encoding stopped", cause))??;
        let is_png = mamori_media::sniff(&file)? == Format::Png;
        let media_type = if is_png { "image/png" } else { "image/jpeg" };

        let mut tx = self.store().begin("picture").await?;
        if !tx.mark_view_shown(recorded.view, self.clock().now()).await? {
            return Err(Refusal::ViewClosed.into());
        }
        tx.commit().await?;

        Ok(Rendition { file: file.into(), media_type })
    }

    async fn render(
        &self,
        vault: &Vault,
        evidence: &Evidence,
        (blur, selection): (Blur, FrameSelection),
        service: ServiceId,
    ) -> Result<Raster, Error> {
        let item = unseal(vault, evidence).await?;
        Ok(self
            .pool()
            .render(item.into_revealed(), blur, selection, Sender::Service(service))
            .await?)
    }

    /// Records that the item could not be rendered, so that no decision asks for a view of it, or
    /// with `None` that it could.
    async fn record_render(
        &self,
        evidence: &Evidence,
        failed_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        let mut tx = self.store().begin("record_render").await?;
        tx.set_render_failed(evidence.id, failed_at).await?;
        tx.commit().await?;

        Ok(())
    }
}

/// Checks whether the item would not be shown at another attempt either. What only the operator can
/// mend, such as a missing key of the vault, does not count: it does not excuse a view.
fn is_lasting(error: &Error) -> bool {
    match error {
        Error::Refused(refusal) => *refusal == Refusal::EvidenceBroken,
        Error::Media(media) => match media {
            MediaError::Unsupported { .. }
            | MediaError::Unreadable { .. }
            | MediaError::TooLarge { .. } => true,
            MediaError::Busy | MediaError::Pool(_) => false,
        },
        Error::NotFound(_)
        | Error::Conflict(_)
        | Error::Invalid(_)
        | Error::ImportRefused { .. }
        | Error::NearHits { .. }
        | Error::Resends { .. }
        | Error::Waits(_)
        | Error::PartlyLooked
        | Error::Unavailable(_)
        | Error::Internal { .. } => false,
    }
}

/// Returns the frame and the backdrop that matched best, so that the reviewer judges what Mamori
/// compared. Without a PDQ hit, what most viewers show first.
fn best_frame(hits: &[Hit]) -> FrameSelection {
    let Some(best) = Hit::nearest_pdq(hits) else { return FrameSelection::FIRST };
    let backdrop = match best.variant.backdrop {
        Backdrop::None => Backdrop::White,
        backdrop @ (Backdrop::White | Backdrop::Black) => backdrop,
    };
    FrameSelection { frame: best.frame, backdrop }
}

async fn unseal(vault: &Vault, evidence: &Evidence) -> Result<Sensitive<Vec<u8>>, Error> {
    let key = evidence.wrapped_key.as_ref().ok_or(Refusal::EvidenceGone)?;
    let bytes_max = evidence.size.saturating_add(SEAL_BYTES_MAX);
    let name = evidence.id.to_string();
    let opened = async {
        let object = vault.get(evidence.id, bytes_max).await?;
        // A name that no keyring can have does not belong to a configured key.
        let by = evidence.key_name.parse().map_err(|_| VaultError::NoKey)?;
        vault.unseal_async(name.into_bytes(), object, key.clone(), by).await
    };
    opened.await.map_err(|error| {
        let logged: &(dyn std::error::Error + 'static) = &error;
        tracing::error!(evidence = %evidence.id, error = logged, "an item cannot be unsealed");
        match error {
            VaultError::KeyMissing(_) | VaultError::NoKey => Refusal::VaultClosed.into(),
            VaultError::NotFound | VaultError::Broken(_) | VaultError::TooLarge { .. } => {
                Refusal::EvidenceBroken.into()
            }
            broken @ (VaultError::NotAKey { .. }
            | VaultError::Io { .. }
            | VaultError::NoRandomness(_)) => Error::internal("the vault failed", broken),
        }
    })
}
