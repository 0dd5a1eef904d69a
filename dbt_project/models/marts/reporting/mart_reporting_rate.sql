with reports as (
    select * from {{ ref('fct_report_due') }}
    where is_past_due
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

weights as (
    select * from {{ ref('int_members_last_reported') }}
),

measured as (
    select
        ancestors.ancestor_code as org_unit_code,
        reports.period,
        reports.form,
        case when reports.state = 'on_time' then 1 else 0 end as on_time,
        case when reports.state = 'late' then 1 else 0 end as late,
        case when reports.state = 'missing' then 1 else 0 end as missing,
        case when weights.members is null then 1 else 0 end as without_members,
        weights.members as members_expected,
        case
            when weights.members is null then null
            when reports.state = 'missing' then 0
            else weights.members
        end as members_reported
    from reports
    inner join ancestors
        on reports.period = ancestors.period and reports.org_unit_code = ancestors.org_unit_code
    left join weights
        on reports.period = weights.period and reports.org_unit_code = weights.org_unit_code
),

rolled_up as (
    select
        period,
        org_unit_code,
        form,
        count(*) as expected,
        sum(on_time) as on_time,
        sum(late) as late,
        sum(missing) as missing,
        sum(without_members) as without_members,
        sum(members_expected) as members_expected,
        sum(members_reported) as members_reported
    from measured
    group by period, org_unit_code, form
),

final as (
    select
        rolled_up.period,
        rolled_up.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        rolled_up.form,
        cast(rolled_up.expected as bigint) as expected,
        cast(rolled_up.on_time as bigint) as on_time,
        cast(rolled_up.late as bigint) as late,
        cast(rolled_up.missing as bigint) as missing,
        {{ percent('rolled_up.on_time', 'rolled_up.expected') }} as on_time_pct,
        {{ percent('(rolled_up.on_time + rolled_up.late)', 'rolled_up.expected') }} as reported_pct,
        cast(rolled_up.without_members as bigint) as without_members,
        cast(rolled_up.members_expected as bigint) as members_expected,
        cast(rolled_up.members_reported as bigint) as members_reported,
        {{ percent('rolled_up.members_reported', 'rolled_up.members_expected') }} as members_weighted_pct
    from rolled_up
    inner join units
        on rolled_up.period = units.period and rolled_up.org_unit_code = units.org_unit_code
)

select * from final
