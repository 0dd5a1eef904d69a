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

-- A unit from which reports are expected has a row even when nothing came: its measures are null, not 0.
spine as (
    select
        completeness.period,
        completeness.org_unit_code,
        'all' as sector,
        completeness.basis,
        scopes.scope
    from completeness
    cross join scopes
    union
    select
        period,
        org_unit_code,
        sector,
        basis,
        scope
    from membership
),

named as (
    select
        spine.*,
        coalesce(units_by_period.valid_from, org_units.valid_from) as org_unit_valid_from,
        coalesce(units_by_period.name_vi, org_units.name_vi) as org_unit_name_vi,
        coalesce(units_by_period.unit_type, org_units.unit_type) as unit_type
    from spine
    left join units_by_period
        on
            spine.period = units_by_period.period
            and spine.org_unit_code = units_by_period.org_unit_code
            and spine.basis = 'as_reported'
    left join org_units
        on
            spine.org_unit_code = org_units.org_unit_code
            and org_units.valid_to is null
            and spine.basis = 'current_structure'
),

final as (
    select
        named.period,
        named.org_unit_code,
        named.org_unit_valid_from,
        named.org_unit_name_vi,
        named.unit_type,
        named.sector,
        named.basis,
        named.scope,
        membership.unions,
        membership.workers_total,
        membership.workers_female,
        membership.members_total,
        membership.members_female,
        membership.members_admitted,
        membership.members_left,
        membership.unions_founded,
        membership.unions_with_groups,
        membership.union_groups,
        membership.unions_with_sub_unions,
        membership.sub_unions,
        membership.officers_elected,
        membership.officers_trained,
        membership.density_members,
        membership.density_workers,
        membership.density_pct,
        completeness.reporters_expected,
        completeness.reporters_reported,
        completeness.completeness_pct
    from named
    left join membership
        on
            named.period = membership.period
            and named.org_unit_code = membership.org_unit_code
            and named.sector = membership.sector
            and named.basis = membership.basis
            and named.scope = membership.scope
    left join completeness
        on
            named.period = completeness.period
            and named.org_unit_code = completeness.org_unit_code
            and named.basis = completeness.basis
)

select * from final
