with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

ancestors_dated as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
),

org_units as (
    select * from {{ ref('int_org_units_by_period') }}
),

successors as (
    select * from {{ ref('int_org_unit_successors') }}
    where current_org_unit_code is not null
),

current_tree as (
    select * from ancestors_dated
    where shared_to is null
),

levels as (
    select
        org_unit_code,
        max(distance) as level
    from current_tree
    group by org_unit_code
),

-- The unit right below the root: a province or a central sector union; the root itself for the root.
branches as (
    select
        current_tree.org_unit_code,
        current_tree.ancestor_code as branch_code
    from current_tree
    inner join levels on current_tree.org_unit_code = levels.org_unit_code
    where current_tree.distance = greatest(levels.level - 1, 0)
),

-- A unit without a single successor is carried by the nearest unit above it that has one.
carried as (
    select
        ancestors.period,
        ancestors.org_unit_code,
        min_by(successors.current_org_unit_code, ancestors.distance) as current_org_unit_code
    from ancestors
    inner join successors
        on
            ancestors.ancestor_code = successors.org_unit_code
            and ancestors.ancestor_valid_from = successors.valid_from
    group by ancestors.period, ancestors.org_unit_code
),

final as (
    select
        carried.period,
        carried.org_unit_code,
        org_units.valid_from,
        org_units.valid_to is null as is_current,
        carried.current_org_unit_code,
        branches.branch_code as current_branch_code
    from carried
    inner join org_units
        on carried.period = org_units.period and carried.org_unit_code = org_units.org_unit_code
    inner join branches on carried.current_org_unit_code = branches.org_unit_code
)

select * from final
