use runtime::Project;
use runtime::driver::Happened;
use runtime::engine::{Engine, State};

/// Plays all games with a coordinator on its embedded engine.
async fn play() -> Result<ExitCode, String> {
    let project =
        Project { workflows: coordinator::workflows(), services: scripted(), routes: coordinator::ROUTES };
    let engine = runtime::durable::open(&format!("{}/runs.db", variable("PLACE")), project).await?;
    let worker = engine.work().await?;
    for game in GAMES.iter() {
        let (run, begins) = (text(game, "run"), text(game, "begins"));
        if begins.is_empty() {
            engine.start(text(game, "workflow"), run, &game["input"]).await?;
        } else {
            happen(&engine, &format!("{run} begins"), begins, &game["input"]).await?;
        }
        for event in game["events"].as_array().into_iter().flatten() {
            let name = text(event, "name");
            happen(&engine, &format!("{run} {name}"), name, &event["fields"]).await?;
        }
    }
    let (began, mut given) = (Instant::now(), 0);
    let mut open = Vec::new();
    loop {
        open.extend(answers(&mut given));
        let mut rest = Vec::new();
        for (run, key, answer) in std::mem::take(&mut open) {
            match engine.state(&run).await? {
                State::Running(standing) if !standing.waiting.contains_key(&key) => {
                    rest.push((run, key, answer));
                }
                _ => drop(engine.answer(&run, key, answer).await?),
            }
        }
        open = rest;
        let answered = open.is_empty() && given == held(&LATER).len();
        let states = engine.list().await?;
        let works = states.iter().any(|it| it.state.eq_ignore_ascii_case("running"));
        if (answered && !works && states.len() >= GAMES.len()) || began.elapsed() > PATIENCE {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut runs = serde_json::Map::new();
    for game in GAMES.iter() {
        let run = text(game, "run");
        let (end, trouble) = match engine.state(run).await? {
            State::Over(finished) => (vec![finished.end.name], String::new()),
            State::Missing => (Vec::new(), "it is not there".to_string()),
            State::Running(standing) => (Vec::new(), format!("{:?}", standing.waiting)),
            State::BrokenOff(reason) => (Vec::new(), reason),
            State::Reacting(_) => (Vec::new(), "nobody conducts it".to_string()),
        };
        runs.insert(run.to_string(), json!({ "ends": end, "trouble": trouble }));
    }
    engine.rest(worker, Duration::from_secs(1)).await;
    write(&Value::Object(runs), &json!([]))
}

async fn happen(engine: &impl Engine, id: &str, name: &str, fields: &Value) -> Result<(), String> {
    let happened =
        Happened { id: id.to_string(), name: name.to_string(), version: None, fields: fields.clone() };
    engine.deliver(&happened).await.map(drop)
}
