use super::*;

fn run(channel: &str, count: u32, addressee: Option<&str>) -> Run<'static> {
    Run {
        channel: channel.to_owned().into(),
        count,
        addressee: addressee.map(|name| name.to_owned().into()),
    }
}

fn read_runs(text: &str) -> Result<Vec<Run<'_>>, Unreadable> {
    Runs(text.as_bytes()).iter().collect()
}

fn read<'a>(key: &'a str, headers: &[(&'a str, &'a str)]) -> Result<Record<'a>, Unreadable> {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    Record::read(key.as_bytes(), headers, b"1\n2")
}

const GOOD: [(&str, &str); 4] = [
    ("version", "1"),
    ("life", "00000000000000ff"),
    ("first", "7"),
    ("runs", "[[\"E\",2]]"),
];

#[test]
fn what_is_written_is_read() {
    let runs = [
        run("E", 3, None),
        run("PRIVATE/b \"ü\"\n", 1, Some("b\\\u{1f600}")),
        run("", u32::MAX, Some("")),
    ];
    let text = write_runs(&runs);
    assert_eq!(read_runs(&text).unwrap(), runs);
    assert_eq!(write_runs(&runs[..1]), r#"[["E",3]]"#);
}

#[test]
fn runs_that_are_not_written_like_that_are_refused() {
    for text in [
        "",
        "[",
        "[]",
        "[[]]",
        "[[\"E\"]]",
        "[[\"E\",]]",
        "[[\"E\",0]]",
        "[[\"E\",-1]]",
        "[[\"E\",01]]",
        "[[\"E\",1.5]]",
        "[[\"E\",4294967296]]",
        "[[\"E\",99999999999999999999]]",
        "[[\"E\",1]",
        "[[\"E\",1]]]",
        "[[\"E\",1],]",
        "[[\"E\",1]][[\"E\",1]]",
        "[[\"E,1]]",
        "[[\"E\\\",1]]",
        "[[\"\\x\",1]]",
        "[[E,1]]",
        "[[\"E\",1,null]]",
        "[[\"E\",1,\"b\",2]]",
        "[ [\"E\",1]]",
        "[[\"a\nb\",1]]",
    ] {
        assert_eq!(read_runs(text), Err(Unreadable::Invalid), "{text}");
    }
    let broken: Result<Vec<_>, _> = Runs(b"[[\"\xff\",1]]").iter().collect();
    assert_eq!(broken, Err(Unreadable::Invalid));
}

#[test]
fn a_record_has_a_key_and_all_headers_in_any_order() {
    let record = read("A", &GOOD).unwrap();
    assert_eq!(
        (record.sender, record.life, record.first),
        ("A", Life(255), 7)
    );
    assert_eq!(record.life.to_string(), GOOD[1].1);
    let mut turned = GOOD;
    turned.reverse();
    assert_eq!(read("A", &turned), Ok(record));
    let mut more = vec![("traceparent", "x")];
    more.extend(GOOD);
    assert_eq!(read("A", &more), Ok(record));
    assert_eq!(read("", &GOOD), Err(Unreadable::Invalid));
    for (at, missing) in GOOD.iter().enumerate() {
        let mut headers = GOOD.to_vec();
        headers.remove(at);
        assert_eq!(
            read("A", &headers),
            Err(Unreadable::Invalid),
            "without {missing:?}"
        );
    }
}

#[test]
fn a_record_may_say_where_its_sender_runs_and_whom_it_has_heard() {
    let with = |name: &'static str, value: &'static str| {
        let mut headers = GOOD.to_vec();
        headers.push((name, value));
        let record = read("A", &headers).unwrap();
        (record.host, record.namesake)
    };
    assert_eq!(with(HOST, "node-7 42"), (Some("node-7 42"), None));
    assert_eq!(with(NAMESAKE, "00000000000000fe"), (None, Some(Life(254))));
    // Nothing depends on them, so that the record is read all the same.
    for value in ["", "a\nb", "\u{1b}[31m"] {
        assert_eq!(with(HOST, value), (None, None));
    }
    assert_eq!(with(HOST, Box::leak("x".repeat(301).into())), (None, None));
    assert_eq!(with(NAMESAKE, "fe"), (None, None));
}

#[test]
fn a_header_with_another_content_is_refused() {
    for (at, value) in [
        (1, "ff"),
        (1, "00000000000000FF"),
        (1, "+0000000000000ff"),
        (1, "00000000000000fg"),
        (1, ""),
        (2, ""),
        (2, "-1"),
        (2, "07"),
        (2, "+7"),
        (2, "7 "),
        (2, "18446744073709551616"),
        (2, "9007199254740992"),
        (0, ""),
        (0, "one"),
    ] {
        let mut headers = GOOD;
        headers[at].1 = value;
        assert_eq!(
            read("A", &headers),
            Err(Unreadable::Invalid),
            "{}={value}",
            headers[at].0
        );
    }
}

#[test]
fn another_version_is_told_from_something_else() {
    assert_eq!(read("A", &[("version", "2")]), Err(Unreadable::Newer));
    for version in ["x", "0", "01", "-1"] {
        assert_eq!(read("A", &[("version", version)]), Err(Unreadable::Invalid));
    }
    assert_eq!(read("A", &[]), Err(Unreadable::Invalid));
}

#[test]
fn lines_are_what_stands_between_line_breaks() {
    let lines = |text: &'static str| Lines::of(text).collect::<Vec<_>>();
    assert_eq!(lines("1\n\n2"), ["1", "", "2"]);
    assert_eq!(lines(""), [""]);
    assert_eq!(lines("\n"), ["", ""]);
    for text in ["", "1", "\n", "1\n", "1\n2\n\n3"] {
        assert_eq!(
            Lines::count_in(text.as_bytes()),
            Lines::of(text).count() as u64
        );
    }
}
