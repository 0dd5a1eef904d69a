-- A unit's row is what the units directly below it and its own reports come to, so that every report that is
-- past due stands once in the country's row; and each is in time, late or missing.
with rates as (
    select * from {{ ref('mart_reporting_rate') }}
),

org_units as (
    select * from {{ ref('dim_org_unit') }}
),

from_below as (
    select
        rates.period,
        org_units.parent_code as org_unit_code,
        rates.form,
        rates.expected,
        rates.on_time,
        rates.late,
        rates.missing
    from rates
    inner join org_units
        on
            rates.org_unit_code = org_units.org_unit_code
            and rates.org_unit_valid_from = org_units.valid_from
    where org_units.parent_code is not null
),

from_itself as (
    select
        period,
        org_unit_code,
        form,
        1 as expected,
        case when state = 'on_time' then 1 else 0 end as on_time,
        case when state = 'late' then 1 else 0 end as late,
        case when state = 'missing' then 1 else 0 end as missing
    from {{ ref('fct_report_due') }}
    where is_past_due
),

parts as (
    select * from from_below
    union all
    select * from from_itself
),

summed as (
    select
        period,
        org_unit_code,
        form,
        sum(expected) as expected,
        sum(on_time) as on_time,
        sum(late) as late,
        sum(missing) as missing
    from parts
    group by period, org_unit_code, form
)

select
    summed.period,
    summed.org_unit_code,
    summed.form
from summed
left join rates
    on
        summed.period = rates.period
        and summed.org_unit_code = rates.org_unit_code
        and summed.form = rates.form
where
    rates.expected is distinct from summed.expected
    or rates.on_time is distinct from summed.on_time
    or rates.late is distinct from summed.late
    or rates.missing is distinct from summed.missing
    or rates.expected <> rates.on_time + rates.late + rates.missing
