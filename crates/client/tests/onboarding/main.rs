//! Whole runs of an onboarding, by the real driver against a simulated Autotask: whatever dies, and whatever Autotask
//! does with a write, there is exactly one of each record in the end.

mod world;

use std::cell::RefCell;
use std::fmt::Write;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use autotask_client::Client;
use autotask_client::onboarding::{Halt, drive};
use autotask_core::onboarding::{
    Action, Answers, ContactAnswer, ContractAnswer, Entry, Event, FirstAnswers, Plan, Question, ServiceAnswer,
    next_action, plan,
};
use autotask_core::{Record, Schema};
use serde_json::json;

use world::{Behaviour, Kill, Shared, World, instant};

fn record(json: serde_json::Value) -> Record {
    Record::from(json.as_object().cloned().expect("an object"))
}

fn whole_plan() -> Plan {
    let contact = |first: &str, email: Option<&str>| ContactAnswer {
        record: record(json!({"firstName": first, "lastName": "Lind", "emailAddress": email})),
        site: Some(1),
    };
    let service = |id: i64, quantity| ServiceAnswer { record: record(json!({"serviceID": id})), quantity };
    let note = json!({"actionType": 1, "assignedResourceID": 4, "name": "Welcome", "startDateTime": "2026-11-21T09:00:00Z", "endDateTime": "2026-11-21T09:30:00Z"});
    let answers = Answers {
        company: record(
            json!({"companyName": "Acme", "companyType": 1, "phone": "555-0100", "ownerResourceID": 4, "taxID": "DE1", "invoiceTemplateID": 102}),
        ),
        sites: vec![record(json!({"name": "HQ"})), record(json!({"name": "Depot"}))],
        contacts: vec![contact("Mara", Some("mara@acme.example")), contact("Bo", None)],
        bill_to_site: Some(1),
        site_configuration: record(json!({"userDefinedFields": [{"name": "Firewall", "value": "x"}]})),
        contract: Some(ContractAnswer {
            record: record(
                json!({"contractName": "Managed", "contractType": 7, "contractPeriodType": 1, "startDate": "2026-12-01T00:00:00Z", "endDate": "2027-11-30T00:00:00Z"}),
            ),
            contact: Some(0),
            services: vec![service(11, Some(25)), service(12, Some(3))],
        }),
        first: FirstAnswers { note: Some(record(note)), ..FirstAnswers::default() },
    };
    let (plan, issues) = plan("run", &answers, &Schema::new());
    assert_eq!(issues, []);
    plan
}

/// Polls until it is ready, in virtual time; `None` when it was killed.
fn live<T>(world: &Rc<RefCell<World>>, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(done);
        }
        if world.borrow().is_killed {
            return None;
        }
        assert!(world.borrow_mut().advance(), "everything waits, and nothing will come");
    }
}

/// What a run took.
#[derive(Default)]
struct Taken {
    kills: usize,
    questions: Vec<String>,
}

/// Runs to the end, with a person who answers what is asked, and whoever is killed taken up again after 5 seconds.
fn run_to_the_end(plan: &Plan, world: &Rc<RefCell<World>>) -> Taken {
    let mut taken = Taken::default();
    for _ in 0..60 {
        let mut journal = world.borrow().journal.clone();
        let client = Client::new(Shared(Rc::clone(world)));
        let mut keeper = Shared(Rc::clone(world));
        let halt = live(world, drive(&client, plan, &mut journal, &mut keeper));
        let answer = match halt {
            None => {
                taken.kills += 1;
                let mut world = world.borrow_mut();
                world.is_killed = false;
                world.timers.clear();
                world.now += 5;
                continue;
            }
            Some(Halt::Done(_)) => return taken,
            Some(Halt::Ask { step, question }) => {
                taken.questions.push(format!("{step}: {question:?}"));
                person(plan, world, step, &question)
            }
            other => panic!("{other:?}"),
        };
        let mut world = world.borrow_mut();
        let at = instant(world.now);
        world.journal.push(Entry { at, event: answer });
    }
    panic!("no end is in sight:\n{}", world.borrow().lines());
}

/// A person who looks into Autotask and answers what is true there.
fn person(plan: &Plan, world: &Rc<RefCell<World>>, step: String, question: &Question) -> Event {
    match question {
        Question::Refused { .. } => {
            let record = plan.step(&step).expect("a step").record.clone();
            Event::Edited { step, record }
        }
        Question::InDoubt { .. } => {
            let world = world.borrow();
            let service = plan.step(&step).and_then(|step| step.record.int("serviceID"));
            let units = world
                .rows
                .iter()
                .find(|(entity, row)| *entity == "ContractServiceUnits" && row.int("serviceID") == service);
            match units.and_then(|(_, row)| row.id()) {
                Some(id) => Event::Adopted { step, id },
                None => Event::NotTheSame { step },
            }
        }
        other => panic!("{step}: {other:?}"),
    }
}

#[track_caller]
fn exactly_one_of_each(plan: &Plan, world: &World, what: &str) {
    let units = |service: i64, units: i64| {
        let first = json!("2026-12-01T00:00:00Z");
        vec![("serviceID", json!(service)), ("units", json!(units)), ("startDate", first)]
    };
    let counts = [
        ("Companies", vec![("companyName", json!("Acme")), ("taxID", json!("DE1"))]),
        ("Companies", vec![]),
        ("CompanyLocations", vec![("isPrimary", json!(true)), ("name", json!("HQ"))]),
        ("CompanyLocations", vec![("name", json!("Depot"))]),
        ("Contacts", vec![("firstName", json!("Mara")), ("primaryContact", json!(true))]),
        ("Contacts", vec![("firstName", json!("Bo"))]),
        ("CompanySiteConfigurations", vec![]),
        ("Contracts", vec![]),
        ("ContractServices", vec![("serviceID", json!(11))]),
        ("ContractServices", vec![("serviceID", json!(12))]),
        ("ContractServiceUnits", units(11, 25)),
        ("ContractServiceUnits", units(12, 3)),
        ("CompanyNotes", vec![]),
    ];
    for (entity, fields) in counts {
        assert_eq!(world.count(entity, &fields), 1, "{what}: {entity} {fields:?}\n{}", world.lines());
    }
    assert_eq!((world.count("CompanyLocations", &[]), world.count("Contacts", &[])), (2, 2), "{what}");
    // The journal that was kept says the same to whoever reads it.
    let text = serde_json::to_string(&world.journal).expect("JSON");
    let journal: Vec<Entry> = serde_json::from_str(&text).expect("reads back");
    assert_eq!(journal, world.journal);
    let Action::Done(outcomes) = next_action(plan, &journal, instant(world.now)) else { panic!("{what}: not done") };
    assert!(outcomes.iter().all(|outcome| outcome.id.is_some()), "{what}: {outcomes:?}");
}

const BEHAVIOURS: [Behaviour; 9] = [
    Behaviour::Normal,
    Behaviour::CommitThenCut,
    Behaviour::CommitLate(5),
    Behaviour::CommitLate(100),
    Behaviour::CommitLate(359),
    Behaviour::Refuse,
    Behaviour::Throttle,
    Behaviour::FaultWithoutCommit,
    Behaviour::Slow(200),
];
const KILLS: [Option<Kill>; 6] = [
    None,
    Some(Kill::BeforeIntent),
    Some(Kill::AfterIntent),
    Some(Kill::AfterSend),
    Some(Kill::AfterAnswer),
    Some(Kill::BeforeNext),
];

#[test]
fn each_step_killed_at_each_point_under_each_behaviour() {
    let plan = whole_plan();
    let mut table = String::from("records of each step: kill point after kill point, how many and what was asked\n");
    for step in &plan.steps {
        writeln!(table, "\n{} ({:?} {})", step.id, step.kind, step.entity).expect("written");
        for behaviour in BEHAVIOURS {
            let mut cells = Vec::new();
            for kill in KILLS {
                let mut world = World { kill: kill.map(|kill| (step.id.clone(), kill)), ..World::default() };
                world.behaviours.insert(format!("{}/1", step.id), behaviour);
                let world = Rc::new(RefCell::new(world));
                let taken = run_to_the_end(&plan, &world);
                let what = format!("{} {behaviour:?} {kill:?}", step.id);
                exactly_one_of_each(&plan, &world.borrow(), &what);
                assert_eq!(taken.kills, usize::from(kill.is_some()), "{what}");
                let is_asked = !taken.questions.is_empty();
                // Units that may have been added are a person's, also those of another line that died with it.
                let may_ask =
                    |question: &String| behaviour == Behaviour::Refuse || question.contains("_units: InDoubt");
                assert!(taken.questions.iter().all(may_ask), "{what}: {:?}", taken.questions);
                cells.push(if is_asked { "1 asked" } else { "1" });
            }
            writeln!(table, "  {:<20} {}", format!("{behaviour:?}"), cells.join(" | ")).expect("written");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn who_is_throttled_waits_by_itself() {
    let plan = whole_plan();
    let mut world = World { busy_for: 3, ..World::default() };
    for step in &plan.steps {
        for attempt in 1..=3 {
            world.behaviours.insert(format!("{}/{attempt}", step.id), Behaviour::Throttle);
        }
    }
    let world = Rc::new(RefCell::new(world));
    let taken = run_to_the_end(&plan, &world);
    assert_eq!(taken.questions, Vec::<String>::new(), "nobody is asked");
    exactly_one_of_each(&plan, &world.borrow(), "throttled");
    assert!(
        world.borrow().now >= 6 * 60,
        "three minutes for the look-ups, three for each step: {}",
        world.borrow().now
    );
}

#[test]
fn who_is_throttled_for_more_than_an_hour_is_asked() {
    let plan = whole_plan();
    let mut world = World::default();
    for attempt in 1..=100 {
        world.behaviours.insert(format!("company/{attempt}"), Behaviour::Throttle);
    }
    let world = Rc::new(RefCell::new(world));
    let mut journal = Vec::new();
    let client = Client::new(Shared(Rc::clone(&world)));
    let halt = live(&world, drive(&client, &plan, &mut journal, &mut Shared(Rc::clone(&world))));
    let Some(Halt::Ask { step, question: Question::Refused { messages } }) = halt else { panic!("{halt:?}") };
    assert_eq!((step.as_str(), messages[0].as_str()), ("company", "Autotask's limit of calls is reached"));
    assert!((3_600..4_200).contains(&world.borrow().now), "{}", world.borrow().now);
    assert_eq!(world.borrow().rows.len(), 0);
}

/// A sequence of numbers that a seed gives, each run the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn seconds(&mut self, sides: u64) -> i64 {
        i64::try_from(self.roll(sides)).expect("few")
    }
}

#[test]
fn seeded_runs_with_several_faults_at_once() {
    let plan = whole_plan();
    // The whole of them take a minute; `cargo xtask test --long` runs them.
    let runs: u64 = if std::env::var_os("AUTOTASK_CRM_LONG").is_some() { 10_000 } else { 1_000 };
    let (mut kills, mut questions, mut calls) = (0, 0, 0);
    for seed in 1..=runs {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0x1234_5678_9abc_def1));
        let mut world =
            World { own_rows_after: [0, 0, 3, 40][usize::try_from(dice.roll(4)).expect("few")], ..World::default() };
        world.latencies = (0..7).map(|_| dice.seconds(4)).collect();
        for step in &plan.steps {
            for attempt in 1..=3 {
                let behaviour = match dice.roll(14) {
                    0 => Behaviour::CommitThenCut,
                    1 => Behaviour::CommitLate(dice.seconds(360)),
                    2 => Behaviour::Refuse,
                    3 => Behaviour::FaultWithoutCommit,
                    4 => Behaviour::Slow(dice.seconds(300)),
                    5 => Behaviour::Throttle,
                    _ => continue,
                };
                world.behaviours.insert(format!("{}/{attempt}", step.id), behaviour);
            }
        }
        let world = Rc::new(RefCell::new(world));
        let mut fuses = dice.roll(4);
        // Each killing waits for the one before.
        while fuses > 0 {
            world.borrow_mut().fuse = Some(u32::try_from(1 + dice.roll(30)).expect("few"));
            let mut journal = world.borrow().journal.clone();
            let client = Client::new(Shared(Rc::clone(&world)));
            let halt = live(&world, drive(&client, &plan, &mut journal, &mut Shared(Rc::clone(&world))));
            let mut world = world.borrow_mut();
            kills += usize::from(halt.is_none());
            (world.is_killed, world.fuse) = (false, None);
            world.timers.clear();
            world.now += 1 + dice.seconds(400);
            fuses -= 1;
        }
        let taken = run_to_the_end(&plan, &world);
        questions += taken.questions.len();
        calls += world.borrow().calls;
        exactly_one_of_each(&plan, &world.borrow(), &format!("seed {seed}"));
    }
    println!(
        "{runs} runs: {kills} kills, {calls} calls, {questions} questions; exactly one of each record in every run"
    );
    assert!(kills as u64 > runs, "the runs were killed");
}
