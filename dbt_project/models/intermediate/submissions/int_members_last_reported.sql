with units as (
    select * from {{ ref('int_org_units_by_period') }}
    where reports
),

unions as (
    select * from {{ ref('int_unions_current') }}
    where is_active
),

reported as (
    select
        period,
        org_unit_code,
        sum(members_total) as members
    from unions
    group by period, org_unit_code
    having sum(members_total) is not null
),

-- A code may mean another unit later: what was reported under another name is not this unit's.
known as (
    select
        units.period,
        units.org_unit_code,
        reported.period as reported_in,
        reported.members,
        row_number() over (
            partition by units.period, units.org_unit_code
            order by reported.period desc
        ) as age
    from units
    inner join reported
        on units.org_unit_code = reported.org_unit_code and units.period >= reported.period
    inner join units as units_then
        on
            reported.period = units_then.period
            and reported.org_unit_code = units_then.org_unit_code
            and units.name_vi = units_then.name_vi
),

final as (
    select
        period,
        org_unit_code,
        reported_in,
        cast(members as bigint) as members
    from known
    where age = 1
)

select * from final
