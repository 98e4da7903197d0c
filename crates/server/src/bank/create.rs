//! `mamori bank create`.

use std::io::{self, Write};
use std::process::ExitCode;

use jiff::civil::Date;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::{Admin, Desk};
use mamori_model::{
    Action, BankName, Country, Distance, Jurisdictions, Line, PrivateBasis, Purpose, Quality,
    Reach, Surface, Transforms,
};

/// Creates a bank.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the bank: 1 to 64 letters, digits, dots, dashes and underscores
    name: BankName,
    /// Purpose of the bank, which never changes: `child_sexual_abuse`, `child_exploitation`,
    /// `minor_intimate_removal`, `intimate_image_abuse`, `known_benign` or `rehearsal`
    #[arg(long)]
    purpose: Purpose,
    /// Where the hashes come from
    #[arg(long, value_name = "TEXT")]
    source: Line,
    /// The law or agreement under which the hashes are matched
    #[arg(long, value_name = "TEXT")]
    legal_basis: Line,
    /// The person or team that is responsible for the bank
    #[arg(long, value_name = "TEXT")]
    owner: Line,
    /// Surface to which the bank applies: `public`, `shared` or `private_message`; may be repeated
    #[arg(long = "surface", value_name = "SURFACE", default_values = ["public", "shared"])]
    surfaces: Vec<Surface>,
    /// Country to which the bank applies, such as JP; may be repeated [default: all]
    #[arg(long = "jurisdiction", value_name = "COUNTRY")]
    jurisdictions: Vec<Country>,
    /// The law that permits searching private messages, with its title and section: at least 12
    /// characters
    #[arg(long, value_name = "TEXT", requires = "private_until")]
    private_law: Option<Line>,
    /// The last day on which that law applies, such as 2027-04-03: at most two years from today
    #[arg(long, value_name = "DATE", requires = "private_law")]
    private_until: Option<Date>,
    /// The largest distance at which a PDQ hash still matches, 0 to 64 bits
    #[arg(long, value_name = "BITS", default_value_t = Distance::PDQ_SAME_MAX.0)]
    distance_max: u32,
    /// The lowest quality of a PDQ hash that is compared, 0 to 100
    #[arg(long, value_name = "QUALITY", default_value_t = Quality::TRUSTED_MIN.value(),
          value_parser = clap::value_parser!(u8).range(0..=100))]
    quality_min: u8,
    /// `all`: also compare rotated and mirrored variants of a picture. `none`: compare only what a
    /// viewer may show [default: `none` for `known_benign`, else `all`]
    #[arg(long, value_name = "WHICH")]
    transforms: Option<Transforms>,
    /// What a match does by itself: `none`, `hold` or `block`
    #[arg(long, default_value = "none")]
    action: Action,
    /// Create the bank disabled
    #[arg(long)]
    disabled: bool,
}

/// Creates the bank and prints its id.
pub async fn run(desk: &Desk, args: &Args) -> anyhow::Result<ExitCode> {
    let private_basis = args
        .private_law
        .clone()
        .zip(args.private_until)
        .map(|(law, until)| PrivateBasis { law, until });
    let jurisdictions = if args.jurisdictions.is_empty() {
        Jurisdictions::Everywhere
    } else {
        Jurisdictions::Only(args.jurisdictions.iter().copied().collect())
    };
    let surfaces = args.surfaces.iter().copied().collect();
    let bank = NewBank {
        name: args.name.clone(),
        purpose: args.purpose,
        source: args.source.clone(),
        legal_basis: args.legal_basis.clone(),
        owner: args.owner.clone(),
        reach: Reach::new(surfaces, jurisdictions, private_basis)?,
        distance_max: Distance(args.distance_max),
        quality_min: Quality::new(args.quality_min).unwrap_or(Quality::TRUSTED_MIN),
        transforms: args.transforms,
        action: args.action,
        is_enabled: !args.disabled,
    };
    let made = desk.create_bank(&Admin::local_cli(), bank).await?;
    writeln!(io::stdout(), "{}", made.id)?;
    Ok(ExitCode::SUCCESS)
}
