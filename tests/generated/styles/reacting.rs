use runtime::choreography::sqlx::{self, Row};
use runtime::choreography::system::Open;
use std::path::Path;

/// Plays all games with services that react to each other, each on its database.
async fn play() -> Result<ExitCode, String> {
    let mut system = system::system();
    for participant in &mut system.participants {
        participant.services = scripted_for(participant.services.names().cloned().collect());
    }
    let open = system.open(Path::new(&variable("PLACE")), "").await?;
    for game in GAMES.iter() {
        let (run, workflow) = (text(game, "run"), text(game, "workflow"));
        let plan = open.plans.iter().find(|plan| plan.workflow == workflow);
        let starts = plan.map(|plan| plan.starts).unwrap_or_default();
        let [begins] = starts else { return Err(format!("{workflow} begins with {starts:?}")) };
        open.publish(begins, None, &format!("{run} begins"), Some(run), game["input"].clone()).await?;
        for event in game["events"].as_array().into_iter().flatten() {
            let name = text(event, "name");
            open.publish(name, None, &format!("{run} {name}"), Some(run), event["fields"].clone()).await?;
        }
    }
    let works = open.work(&[]).await?;
    let (began, mut given) = (Instant::now(), 0);
    let mut due = Vec::new();
    loop {
        due.extend(answers(&mut given));
        let mut rest = Vec::new();
        for (run, key, answer) in std::mem::take(&mut due) {
            if !open.answer(&run, &key, answer.clone()).await? {
                rest.push((run, key, answer));
            }
        }
        due = rest;
        let ended = open.tracker.list().await.map_err(|error| error.to_string())?;
        let n_ended = ended.iter().filter(|listed| listed.goal.is_some()).count();
        let is_over = n_ended >= GAMES.len() && due.is_empty() && works_on(&open).await? == 0;
        if is_over || began.elapsed() > PATIENCE {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    open.settle().await?;
    let mut runs = serde_json::Map::new();
    for game in GAMES.iter() {
        let run = text(game, "run");
        let history = open.tracker.history(run).await.map_err(|error| error.to_string())?;
        let ends: BTreeSet<&str> = history.iter().filter_map(|seen| seen.body["goal"].as_str()).collect();
        let trouble = match ends.is_empty() {
            true => open.tracker.status(run).await.map_err(|error| error.to_string())?.unwrap_or_default(),
            false => String::new(),
        };
        runs.insert(run.to_string(), json!({ "ends": ends, "trouble": trouble }));
    }
    let mut dead = Vec::new();
    for service in &open.services {
        let letters = service.dead().await.map_err(|error| error.to_string())?;
        dead.extend(letters.into_iter().map(|letter| format!("{}: {}", service.name(), letter.reason)));
    }
    drop(works);
    write(&Value::Object(runs), &json!(dead))
}

fn scripted_for(names: Vec<String>) -> runtime::Services {
    let mut services = runtime::Services::default();
    for example in EXAMPLES.iter().filter(|example| names.iter().any(|name| name == example.operation)) {
        services = services.raw_later(example.operation, move |call, _| act(example, call));
    }
    services
}

/// What is still to be done soon: pauses between two attempts are timers as well.
async fn works_on(open: &Open) -> Result<i64, String> {
    let mut sum = 0;
    for service in &open.services {
        let soon = "select (select count(*) from tasks where kind != 'timer' or due < ?)
            + (select count(*) from outbox where published is null)";
        let row = sqlx::query(soon)
            .bind(runtime::choreography::store::now() + 10_000)
            .fetch_one(service.store.reads())
            .await;
        sum += row.map_err(|error| error.to_string())?.get::<i64, _>(0);
        let waiting = open.broker.waiting(&service.consumer().name).await;
        let waiting = waiting.map_err(|error| error.to_string())?.unwrap_or_default();
        sum += i64::try_from(waiting).unwrap_or(i64::MAX);
    }
    Ok(sum)
}
