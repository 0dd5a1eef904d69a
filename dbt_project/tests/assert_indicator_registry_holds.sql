-- The registry is whole: codes that it names exist, a ratio stands on values that are no ratios themselves
-- (so that there is no cycle and every ratio is one of sums), and what its columns say fits together.
with indicators as (
    select * from {{ ref('indicators') }}
),

-- The measures that the detail models offer.
measures as (
    {% for measure in indicator_measures().split() -%}
        select '{{ measure }}' as measure
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Marts that show an indicator in a column of their own ask for it by its code.
shown_in_marts as (
    select 'enterprise_coverage' as indicator_code
    union all
    select 'agreement_coverage_pct' as indicator_code
    union all
    select 'density_pct' as indicator_code
),

parts as (
    select
        indicators.indicator_code,
        indicators.subject,
        indicators.frequency,
        indicators.uses_threshold,
        indicators.numerator as part_code
    from indicators
    where indicators.origin = 'derived'
    union all
    select
        indicators.indicator_code,
        indicators.subject,
        indicators.frequency,
        indicators.uses_threshold,
        indicators.denominator as part_code
    from indicators
    where indicators.origin = 'derived'
),

parts_found as (
    select
        parts.*,
        indicators.origin as part_origin,
        indicators.subject as part_subject,
        indicators.frequency as part_frequency,
        indicators.uses_threshold as part_uses_threshold
    from parts
    left join indicators on parts.part_code = indicators.indicator_code
),

asked_quarters as (
    select
        indicators.indicator_code,
        calendar.period,
        calendar.is_due
    from indicators
    inner join {{ ref('int_calendar_by_subject') }} as calendar on indicators.subject = calendar.subject
    where
        {{ asks_in_quarter('indicators.frequency', 'calendar.quarter') }}
        and calendar.period <= (select max(last_due.period) from {{ ref('form_calendar') }} as last_due)
),

problems as (
    select
        indicator_code,
        'a part that is unknown, derived or without data' as problem
    from parts_found
    where coalesce(part_origin not in ('measure', 'activity'), true)
    union all
    select
        indicator_code,
        'a part of another subject, frequency or threshold' as problem
    from parts_found
    where
        part_subject <> subject
        or part_frequency <> frequency
        or part_uses_threshold <> uses_threshold
    union all
    select
        indicators.indicator_code,
        'a measure that no detail model offers' as problem
    from indicators
    left join measures on indicators.measure = measures.measure
    where indicators.origin = 'measure' and measures.measure is null
    union all
    select
        indicator_code,
        'columns that do not fit the origin' as problem
    from indicators
    where
        (measure is not null) <> (origin = 'measure')
        or (numerator is not null and denominator is not null and per is not null) <> (origin = 'derived')
        or (coalesce(numerator, denominator) is not null and origin <> 'derived')
        or (origin <> 'none' and subject is null)
    union all
    select
        indicator_code,
        'an aggregation that does not fit' as problem
    from indicators
    where
        (origin = 'derived' and (aggregation_over_units <> 'ratio' or aggregation_over_time <> 'ratio'))
        or (
            origin in ('measure', 'activity')
            and 'ratio' in (aggregation_over_units, aggregation_over_time, kind)
        )
        or (kind = 'stock' and aggregation_over_time = 'sum')
        or per <= 0
        or valid_to <= valid_from
    union all
    select
        indicator_code,
        'asked for in quarters in which its form is not due' as problem
    from asked_quarters
    where is_due = 0
    group by indicator_code
    union all
    select
        shown_in_marts.indicator_code,
        'shown in a mart and not in the registry' as problem
    from shown_in_marts
    left join indicators on shown_in_marts.indicator_code = indicators.indicator_code
    where indicators.indicator_code is null
)

select * from problems
