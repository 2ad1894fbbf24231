//! Users who come back: each has an account, a token, a profile and a simulation at any time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::demo::api::{
    Credentials, ProfileRequest, Records, Registration, RiskTolerance, SimulationRequest,
};
use crate::demo::locked;

/// Enough users that no two requests of one meet often; few enough to sign up in a moment at the start.
const USERS: usize = 100;
const PASSWORD: &str = "SampleUser123!";

/// Users who come back.
#[derive(Debug)]
pub(in crate::demo) struct Sessions {
    users: Mutex<Vec<Session>>,
    /// Users who signed up over HTTP. They never come back, so their accounts make room for new ones.
    newcomers: AtomicU64,
}

/// What a user has at hand.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) email: String,
    pub(super) token: String,
    pub(super) profile_id: String,
    pub(super) simulation_id: String,
}

impl Sessions {
    /// Signs the users up in `records`, with all they need: so each planned call can be made from the start.
    pub(in crate::demo) fn sign_up(records: &Records) -> Self {
        let users = (1..=USERS)
            .filter_map(|number| sign_up(records, number))
            .collect();
        Self {
            users: Mutex::new(users),
            newcomers: AtomicU64::new(0),
        }
    }

    /// How many users there are.
    pub(super) fn len(&self) -> usize {
        locked(&self.users).len()
    }

    /// What the user with this index has at hand.
    pub(super) fn get(&self, index: usize) -> Option<Session> {
        locked(&self.users).get(index).cloned()
    }

    /// Changes what the user with this index has at hand.
    pub(super) fn update(&self, index: usize, change: impl FnOnce(&mut Session)) {
        if let Some(session) = locked(&self.users).get_mut(index) {
            change(session);
        }
    }

    /// A registration that nobody has made before.
    pub(super) fn newcomer(&self) -> Registration {
        let number = self.newcomers.fetch_add(1, Ordering::Relaxed);
        registration(format!("newcomer-{number}@example.com"))
    }
}

impl Session {
    /// The body of this user's login.
    pub(super) fn login_body(&self) -> String {
        format!(r#"{{"email":"{}","password":"{PASSWORD}"}}"#, self.email)
    }
}

fn registration(email: String) -> Registration {
    Registration {
        email,
        password: PASSWORD.to_owned(),
        full_name: "Sample User".to_owned(),
    }
}

/// None of these steps can fail on records that nobody else has used.
fn sign_up(records: &Records, number: usize) -> Option<Session> {
    let email = format!("user-{number}@example.com");
    records.register(registration(email.clone())).ok()?;
    let credentials = Credentials {
        email: email.clone(),
        password: PASSWORD.to_owned(),
    };
    let token = records.login(credentials).ok()?;
    let profile_id = records.add_profile(
        &email,
        ProfileRequest {
            age: 30,
            annual_income: 75_000.0,
            current_savings: 25_000.0,
            risk_tolerance: RiskTolerance::Moderate,
        },
    );
    let request = SimulationRequest {
        profile_id: profile_id.clone(),
        goal_amount: 500_000.0,
        years_to_goal: 20,
        monthly_contribution: 2_000.0,
    };
    let (simulation_id, _) = records.simulate(&email, &request).ok()?;
    Some(Session {
        email,
        token,
        profile_id,
        simulation_id,
    })
}
