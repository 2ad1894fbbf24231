use super::*;

fn series() -> Series {
    Series::new([("__name__", "took_seconds")])
}

fn of(schema: i32, buckets: &[(i32, f64)]) -> NativeBuckets {
    let bound = |place: i32| libm::exp2(f64::from(place) / libm::exp2(f64::from(schema)));
    NativeBuckets {
        count: buckets.iter().map(|(_, count)| count).sum(),
        buckets: buckets
            .iter()
            .map(|(place, count)| (bound(place - 1), bound(*place), *count))
            .collect(),
    }
}

/// Up to a bound in milliseconds, as the layout of the counters has it.
fn up_to(native: &NativeBuckets, schema: i32, milliseconds: f64, bound: f64) -> (u64, u64) {
    let counters = native.counters(&series(), Some(schema));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small counts"
    )]
    let added = counters.iter().map(|(series, count)| (series, *count as u64));
    let (bounds, counts, total) = cumulative(resolution(&counters[0].0).unwrap(), milliseconds, added);
    let place = bounds
        .iter()
        .position(|own| (own / bound - 1.0).abs() < 1e-9)
        .unwrap();
    (counts[place], total)
}

#[test]
fn the_schema_is_told_by_any_bucket() {
    for schema in -4..=8 {
        let native = of(schema, &[(0, 1.0), (3, 2.0)]);
        assert_eq!(native.schema(&series()), Ok(Some(schema)));
    }
    assert_eq!(
        NativeBuckets {
            count: 0.0,
            buckets: vec![]
        }
        .schema(&series()),
        Ok(None)
    );
    let zero = NativeBuckets {
        count: 1.0,
        buckets: vec![(-1e-9, 1e-9, 1.0)],
    };
    assert_eq!(zero.schema(&series()), Ok(None));
    for (bucket, expected) in [
        ((-2.0, -1.0, 1.0), "below 0"),
        ((1.0, 3.0, 1.0), "from 1 to 3"),
        ((0.1, 0.25, 1.0), "none of Prometheus' exponential schemas"),
        ((1.0, 2.0, f64::INFINITY), "from 1 to 2"),
    ] {
        let native = NativeBuckets {
            count: 1.0,
            buckets: vec![bucket],
        };
        let error = native.schema(&series()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn buckets_keep_their_bounds_in_every_unit_and_finer_ones_are_merged_exactly() {
    // 2^-3 s = 125 ms.
    for schema in 0..=8 {
        let place = -3 * (1 << schema);
        let native = of(schema, &[(place - 1, 4.0), (place, 2.0), (place + 1, 1.0)]);
        assert_eq!(up_to(&native, schema, 1000.0, 125.0), (6, 7), "schema {schema}");
        assert_eq!(
            up_to(&native, schema, 1.0, 0.125),
            (6, 7),
            "schema {schema} in milliseconds"
        );
    }
    let coarse = of(-1, &[(-1, 3.0), (0, 4.0)]);
    assert_eq!(up_to(&coarse, -1, 1000.0, 250.0), (3, 7));
}

#[test]
fn coarser_layouts_are_part_of_finer_ones_bit_for_bit() {
    let nothing = || std::iter::empty::<(&Series, u64)>();
    for milliseconds in [1000.0, 1.0, 0.001] {
        let (finest, ..) = cumulative(5, milliseconds, nothing());
        assert_eq!(finest.len(), 1025);
        assert!(
            finest[0] <= 0.001 && finest[1024] > 2_000_000.0,
            "{} {}",
            finest[0],
            finest[1024]
        );
        for schema in -4..5 {
            let (coarser, ..) = cumulative(schema, milliseconds, nothing());
            let inside = coarser.iter().filter(|bound| finest.contains(bound)).count();
            assert!(
                inside + 1 >= coarser.len() && inside > 1,
                "schema {schema}: {inside} of {}",
                coarser.len()
            );
        }
    }
}

#[test]
fn what_is_outside_of_the_layout_is_not_lost() {
    let native = NativeBuckets {
        count: 7.0,
        buckets: vec![(-1e-20, 1e-20, 2.0), (1e9, 2e9, 5.0)],
    };
    assert_eq!(up_to(&native, 0, 1000.0, 1000.0), (2, 7));
    let unknown = native.counters(&series(), None);
    assert_eq!(unknown.len(), 1);
    assert!(is_native(&unknown[0].0) && resolution(&unknown[0].0).is_none());
}
