//! What all instances of both sides know: their common database.

mod table;

use std::sync::Mutex;

use super::accounts::{Credentials, Registration};
use super::answer::ApiError;
use super::monte_carlo::{self, Goal, Outlook};
use super::planning::{ProfileRequest, SimulationRequest};
use crate::demo::chance::{Chance, Stream};
use crate::demo::locked;
use table::Table;

/// Entries of one kind. At 2,000 requests a second the sample's traffic makes some 800 simulations a second:
/// what is used stays, what nobody has used for half a minute may go. Some 30 MB when everything is full.
const TABLE_LIMIT: usize = 20_000;

/// What all instances of both sides know. When a table is full, the entry goes that was not used for longest.
#[derive(Debug)]
pub(crate) struct Records(Mutex<Tables>);

#[derive(Debug)]
struct Tables {
    users: Table<User>,
    /// Token to email.
    tokens: Table<String>,
    profiles: Table<Profile>,
    simulations: Table<Simulation>,
    /// File name to simulation.
    exports: Table<Simulation>,
    serial: u64,
    chance: Chance,
}

/// The password is in clear: these users are made up, and nothing of this is ever written down.
#[derive(Clone, Debug)]
struct User {
    password: String,
}

/// A financial profile.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    owner: String,
    request: ProfileRequest,
}

/// A finished simulation.
#[derive(Clone, Debug)]
pub(super) struct Simulation {
    owner: String,
    /// What was asked.
    pub(super) goal: Goal,
    /// What came out.
    pub(super) outlook: Outlook,
}

impl Records {
    /// Empty records.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(Tables {
            users: Table::with_limit(TABLE_LIMIT),
            tokens: Table::with_limit(TABLE_LIMIT),
            profiles: Table::with_limit(TABLE_LIMIT),
            simulations: Table::with_limit(TABLE_LIMIT),
            exports: Table::with_limit(TABLE_LIMIT),
            serial: 0,
            chance: Chance::new(seed, Stream::Records),
        }))
    }

    /// Adds a user.
    ///
    /// # Errors
    /// 409 when the email is taken.
    pub(crate) fn register(&self, registration: Registration) -> Result<String, ApiError> {
        let mut tables = locked(&self.0);
        if tables.users.get(&registration.email).is_some() {
            return Err(ApiError::conflict("this email is registered already"));
        }
        let id = tables.next_id("user");
        let user = User {
            password: registration.password,
        };
        tables.users.insert(registration.email, user);
        Ok(id)
    }

    /// A new token.
    ///
    /// # Errors
    /// 401 when there is no such user or the password is another; which of the two is not said.
    pub(crate) fn login(&self, credentials: Credentials) -> Result<String, ApiError> {
        let mut tables = locked(&self.0);
        let is_known = tables
            .users
            .get(&credentials.email)
            .is_some_and(|user| user.password == credentials.password);
        if !is_known {
            return Err(ApiError::unauthorized("email or password is wrong"));
        }
        let token = tables.secret();
        tables.tokens.insert(token.clone(), credentials.email);
        Ok(token)
    }

    /// The user who holds `token`.
    ///
    /// # Errors
    /// 401 when nobody does.
    pub(crate) fn owner(&self, token: &str) -> Result<String, ApiError> {
        let mut tables = locked(&self.0);
        let owner = tables.tokens.get(token).cloned();
        owner.ok_or_else(|| ApiError::unauthorized("the token is not known"))
    }

    /// Adds a profile of `owner` and gives its id.
    pub(crate) fn add_profile(&self, owner: &str, request: ProfileRequest) -> String {
        let mut tables = locked(&self.0);
        let id = tables.next_id("profile");
        let profile = Profile {
            owner: owner.to_owned(),
            request,
        };
        tables.profiles.insert(id.clone(), profile);
        id
    }

    /// Runs a simulation on a profile of `owner`, and gives its id and what came out.
    ///
    /// # Errors
    /// 404 when `owner` has no such profile.
    pub(crate) fn simulate(
        &self,
        owner: &str,
        request: &SimulationRequest,
    ) -> Result<(String, Outlook), ApiError> {
        let (goal, seed) = {
            let mut tables = locked(&self.0);
            let profile = tables.profiles.get(&request.profile_id);
            let profile = profile
                .filter(|profile| profile.owner == owner)
                .ok_or_else(|| ApiError::not_found("there is no such profile"))?;
            (Goal::new(&profile.request, request), tables.chance.bits())
        };
        // Outside the lock: this is the only work here that takes a while.
        let outlook = monte_carlo::run(&goal, seed);
        let mut tables = locked(&self.0);
        let id = tables.next_id("simulation");
        let simulation = Simulation {
            owner: owner.to_owned(),
            goal,
            outlook,
        };
        tables.simulations.insert(id.clone(), simulation);
        Ok((id, outlook))
    }

    /// Makes a simulation of `owner` ready for download and gives the file's name, which nobody can guess.
    ///
    /// # Errors
    /// 404 when `owner` has no such simulation.
    pub(crate) fn export(&self, owner: &str, simulation_id: &str) -> Result<String, ApiError> {
        let mut tables = locked(&self.0);
        let simulation = tables.simulations.get(simulation_id);
        let simulation = simulation
            .filter(|simulation| simulation.owner == owner)
            .cloned()
            .ok_or_else(|| ApiError::not_found("there is no such simulation"))?;
        let file = format!("{}.pdf", tables.secret());
        tables.exports.insert(file.clone(), simulation);
        Ok(file)
    }

    /// An exported simulation.
    ///
    /// # Errors
    /// 404 when there is no such file.
    pub(super) fn exported(&self, file: &str) -> Result<Simulation, ApiError> {
        let mut tables = locked(&self.0);
        let simulation = tables.exports.get(file).cloned();
        simulation.ok_or_else(|| ApiError::not_found("there is no such file"))
    }

    /// Registered users, for `/health`.
    pub(super) fn users(&self) -> usize {
        locked(&self.0).users.len()
    }
}

impl Tables {
    fn next_id(&mut self, kind: &str) -> String {
        self.serial += 1;
        format!("{kind}-{}", self.serial)
    }

    fn secret(&mut self) -> String {
        format!("{:016x}{:016x}", self.chance.bits(), self.chance.bits())
    }
}
