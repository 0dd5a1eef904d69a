with units_by_period as (
    select * from {{ ref('int_org_units_by_period') }}
),

org_units as (
    select * from {{ ref('org_units') }}
),

completeness as (
    select * from {{ ref('int_membership_completeness') }}
),

membership as (
    select * from {{ ref('int_membership_by_unit') }}
),

scopes as (
    select 'all' as scope
    union all
    select 'comparable' as scope
),

expected as (
    select
        completeness.period,
        completeness.org_unit_code,
        'all' as sector,
        completeness.basis,
        scopes.scope
    from completeness
    cross join scopes
),

-- A unit from which reports are expected has a row even when nothing came: its measures are null, not 0.
measured as (
    select
        coalesce(membership.period, expected.period) as period,
        coalesce(membership.org_unit_code, expected.org_unit_code) as org_unit_code,
        coalesce(membership.sector, expected.sector) as sector,
        coalesce(membership.basis, expected.basis) as basis,
        coalesce(membership.scope, expected.scope) as scope,
        {% for line in membership_measures().strip().split('\n') -%}
            membership.{{ line.split(' | ')[0] }},
        {% endfor -%}
        membership.density_pct
    from membership
    full outer join expected
        on
            membership.period = expected.period
            and membership.org_unit_code = expected.org_unit_code
            and membership.sector = expected.sector
            and membership.basis = expected.basis
            and membership.scope = expected.scope
),

final as (
    select
        measured.period,
        measured.org_unit_code,
        coalesce(units_by_period.valid_from, org_units.valid_from) as org_unit_valid_from,
        coalesce(units_by_period.name_vi, org_units.name_vi) as org_unit_name_vi,
        coalesce(units_by_period.unit_type, org_units.unit_type) as unit_type,
        measured.sector,
        measured.basis,
        measured.scope,
        measured.unions,
        measured.workers_total,
        measured.workers_female,
        measured.members_total,
        measured.members_female,
        measured.members_admitted,
        measured.members_left,
        measured.unions_founded,
        measured.unions_with_groups,
        measured.union_groups,
        measured.unions_with_sub_unions,
        measured.sub_unions,
        measured.officers_elected,
        measured.officers_trained,
        measured.density_members,
        measured.density_workers,
        measured.density_pct,
        completeness.reporters_expected,
        completeness.reporters_reported,
        completeness.completeness_pct
    from measured
    left join units_by_period
        on
            measured.period = units_by_period.period
            and measured.org_unit_code = units_by_period.org_unit_code
            and measured.basis = 'as_reported'
    left join org_units
        on
            measured.org_unit_code = org_units.org_unit_code
            and org_units.valid_to is null
            and measured.basis = 'current_structure'
    left join completeness
        on
            measured.period = completeness.period
            and measured.org_unit_code = completeness.org_unit_code
            and measured.basis = completeness.basis
)

select * from final
