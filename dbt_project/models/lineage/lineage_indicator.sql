with measures as (
    select * from {{ ref('lineage_measure') }}
    where sector = 'all' and basis = 'as_reported' and scope = 'all'
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

counted_periods as (
    select * from {{ ref('bridge_indicator_period') }}
),

periods as (
    select * from {{ ref('dim_period') }}
),

units as (
    select * from {{ ref('dim_org_unit') }}
),

-- A ratio rests on the indicators of its numerator and of its denominator.
parts as (
    select
        indicator_code,
        'value' as part,
        indicator_code as part_code
    from indicators
    where origin <> 'derived'
    union all
    select
        indicator_code,
        'numerator' as part,
        numerator as part_code
    from indicators
    where origin = 'derived'
    union all
    select
        indicator_code,
        'denominator' as part,
        denominator as part_code
    from indicators
    where origin = 'derived'
),

sources as (
    select
        parts.indicator_code,
        parts.part,
        parts.part_code,
        coalesce(base.measure, 'actual_value.' || base.indicator_code) as measure,
        base.uses_threshold
    from parts
    inner join indicators as base on parts.part_code = base.indicator_code
),

-- A code may have come to mean another unit: only what the same unit reported counts.
spans as (
    select
        counted_periods.period,
        counted_periods.indicator_code,
        counted_periods.counted_period,
        units.org_unit_code,
        'to_date' as span
    from counted_periods
    inner join periods on counted_periods.period = periods.period
    inner join periods as periods_then on counted_periods.counted_period = periods_then.period
    inner join units
        on
            {{ is_valid_on('units', 'periods.ends_on') }}
            and {{ is_valid_on('units', 'periods_then.ends_on') }}
),

final as (
    select
        measures.period,
        measures.org_unit_code,
        sources.indicator_code,
        sources.part,
        'period' as span,
        measures.period as counted_period,
        case when sources.uses_threshold then measures.threshold end as threshold,
        measures.contribution,
        measures.fact,
        measures.field,
        measures.submission_id,
        measures.source_sheet,
        measures.source_row
    from measures
    inner join sources on measures.measure = sources.measure
    union all
    select
        spans.period,
        measures.org_unit_code,
        sources.indicator_code,
        sources.part,
        spans.span,
        measures.period as counted_period,
        case when sources.uses_threshold then measures.threshold end as threshold,
        measures.contribution,
        measures.fact,
        measures.field,
        measures.submission_id,
        measures.source_sheet,
        measures.source_row
    from measures
    inner join sources on measures.measure = sources.measure
    inner join spans
        on
            sources.part_code = spans.indicator_code
            and measures.period = spans.counted_period
            and measures.org_unit_code = spans.org_unit_code
)

select * from final
