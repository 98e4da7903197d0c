//! `mamori bank create`.

use std::io::{self, Write};
use std::process::ExitCode;

use jiff::civil::Date;
use mamori_desk::create_bank::NewBank;
use mamori_desk::{Admin, Desk};
use mamori_model::{
    Action, BankName, Country, Distance, Jurisdictions, Line, PrivateBasis, Purpose, Quality,
    Reach, Surface, Transforms,
};

/// Makes a bank.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name: 1 to 64 letters, digits, dots, dashes and underscores
    name: BankName,
    /// What it is for, for ever: `child_sexual_abuse`, `child_exploitation`,
    /// `minor_intimate_removal`, `intimate_image_abuse`, `known_benign` or `rehearsal`
    #[arg(long)]
    purpose: Purpose,
    /// Where its hashes come from
    #[arg(long, value_name = "TEXT")]
    source: Line,
    /// The law or agreement under which they are matched
    #[arg(long, value_name = "TEXT")]
    legal_basis: Line,
    /// Who answers for it: a person or a team
    #[arg(long, value_name = "TEXT")]
    owner: Line,
    /// Where it may look: `public`, `shared` or `private_message`; may be given more than once
    #[arg(long = "surface", value_name = "SURFACE", default_values = ["public", "shared"])]
    surfaces: Vec<Surface>,
    /// A country in which it may look, such as JP; may be given more than once [default: all]
    #[arg(long = "jurisdiction", value_name = "COUNTRY")]
    jurisdictions: Vec<Country>,
    /// The law that lets it look into private messages
    #[arg(long, value_name = "TEXT", requires = "private_until")]
    private_law: Option<Line>,
    /// The last day on which that law applies, such as 2027-04-03
    #[arg(long, value_name = "DATE", requires = "private_law")]
    private_until: Option<Date>,
    /// The largest distance of PDQ hashes that still matches, 0 to 64
    #[arg(long, value_name = "BITS", default_value_t = Distance::PDQ_SAME_MAX.0)]
    distance_max: u32,
    /// The least quality of a PDQ hash that is compared, 0 to 100
    #[arg(long, value_name = "QUALITY", default_value_t = Quality::TRUSTED_MIN.value(),
          value_parser = clap::value_parser!(u8).range(0..=100))]
    quality_min: u8,
    /// Which hashes of a picture are compared: `all`, also those of the picture turned and mirrored,
    /// or `none` of those [default: `none` for `known_benign`, else `all`]
    #[arg(long, value_name = "WHICH")]
    transforms: Option<Transforms>,
    /// What a match may do by itself: `none`, `hold` or `block`
    #[arg(long, default_value = "none")]
    action: Action,
    /// Make it switched off
    #[arg(long)]
    disabled: bool,
}

/// Makes it and says its id.
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
    let made = desk.create_bank(&Admin::at_the_machine(), bank).await?;
    writeln!(io::stdout(), "{}", made.id)?;
    Ok(ExitCode::SUCCESS)
}
