with units as (
    select * from {{ ref('int_org_units_by_period') }}
),

completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
    where subject = 'grassroots_unions'
),

membership as (
    select * from {{ ref('int_membership_by_unit') }}
),

-- A unit from which reports are expected has a row even when nothing came: its measures are null, not 0.
spine as (
    select
        period,
        org_unit_code,
        'all' as sector
    from completeness
    union
    select
        period,
        org_unit_code,
        sector
    from membership
),

final as (
    select
        spine.period,
        spine.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        spine.sector,
        'as_reported' as basis,
        'all' as scope,
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
    from spine
    inner join units
        on spine.period = units.period and spine.org_unit_code = units.org_unit_code
    left join membership
        on
            spine.period = membership.period
            and spine.org_unit_code = membership.org_unit_code
            and spine.sector = membership.sector
    left join completeness
        on spine.period = completeness.period and spine.org_unit_code = completeness.org_unit_code
)

select * from final
