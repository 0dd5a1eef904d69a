with completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
    where subject = 'grassroots_unions'
),

expected as (
    select * from {{ ref('int_reports_expected') }}
    where form = 'grassroots_unions'
),

org_units as (
    select * from {{ ref('int_org_units_restated') }}
),

current_ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
    where shared_to is null
),

-- Who had to report for what is now a unit: for a province, the units of all provinces that it came from.
restated as (
    select
        expected.period,
        current_ancestors.ancestor_code as org_unit_code,
        count(*) as reporters_expected,
        cast(sum(expected.is_reported) as bigint) as reporters_reported,
        {{ percent('sum(expected.is_reported)', 'count(*)') }} as completeness_pct
    from expected
    inner join org_units
        on expected.period = org_units.period and expected.org_unit_code = org_units.org_unit_code
    inner join current_ancestors on org_units.current_org_unit_code = current_ancestors.org_unit_code
    group by expected.period, current_ancestors.ancestor_code
),

final as (
    select
        period,
        org_unit_code,
        'as_reported' as basis,
        reporters_expected,
        reporters_reported,
        completeness_pct
    from completeness
    union all
    select
        period,
        org_unit_code,
        'current_structure' as basis,
        reporters_expected,
        reporters_reported,
        completeness_pct
    from restated
)

select * from final
