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

-- Both parts of a ratio of activities are those of the same reporters and periods.
sources as (
    select
        parts.indicator_code,
        parts.part,
        parts.part <> 'value' and indicators.subject = 'activities' as is_paired,
        case
            when parts.part <> 'value' and indicators.subject = 'activities' then parts.indicator_code
            else parts.part_code
        end as spanned_code,
        coalesce(base.measure, 'actual_value.' || base.indicator_code) as measure,
        base.uses_threshold
    from parts
    inner join indicators on parts.indicator_code = indicators.indicator_code
    inner join indicators as base on parts.part_code = base.indicator_code
),

measured as (
    select
        measures.*,
        sources.indicator_code,
        sources.part,
        sources.is_paired,
        sources.spanned_code,
        sources.uses_threshold
    from measures
    inner join sources on measures.measure = sources.measure
),

-- Whether the reporter gave both is asked of the few that are paired alone: the others are millions of rows.
traced as (
    select
        measured.*,
        true as has_both_parts
    from measured
    where not is_paired
    union all
    select
        measured.*,
        min(part) over report <> max(part) over report as has_both_parts
    from measured
    where is_paired
    window report as (partition by period, org_unit_code, indicator_code, submission_id)
),

brought as (
    select * from traced
    where has_both_parts
),

-- A code may have come to mean another unit: only what the same unit reported counts.
spans as (
    select
        counted_periods.period,
        counted_periods.indicator_code,
        counted_periods.counted_period,
        units.org_unit_code
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
        period,
        org_unit_code,
        indicator_code,
        part,
        'period' as span,
        period as counted_period,
        case when uses_threshold then threshold end as threshold,
        contribution,
        fact,
        field,
        submission_id,
        source_sheet,
        source_row
    from brought
    union all
    select
        spans.period,
        brought.org_unit_code,
        brought.indicator_code,
        brought.part,
        'to_date' as span,
        brought.period as counted_period,
        case when brought.uses_threshold then brought.threshold end as threshold,
        brought.contribution,
        brought.fact,
        brought.field,
        brought.submission_id,
        brought.source_sheet,
        brought.source_row
    from brought
    inner join spans
        on
            brought.spanned_code = spans.indicator_code
            and brought.period = spans.counted_period
            and brought.org_unit_code = spans.org_unit_code
)

select * from final
