-- The tree has one root at a time and no cycle, and above every unit its parent is valid as long as the unit.
with ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
),

org_units as (
    select * from {{ ref('dim_org_unit') }}
),

in_a_cycle as (
    select distinct
        org_unit_code,
        valid_from,
        'stands above itself' as problem
    from ancestors
    where org_unit_code = ancestor_code and distance > 0
),

-- Validities of a code do not overlap, so that the shared days add up. 9999-12-31 stands for no end.
with_parents as (
    select
        org_unit_code,
        valid_from,
        sum({{ days_between('shared_from', "coalesce(shared_to, date '9999-12-31')") }}) as days_with_parent
    from ancestors
    where distance = 1
    group by org_unit_code, valid_from
),

without_parent as (
    select
        org_units.org_unit_code,
        org_units.valid_from,
        'lives longer than its parent' as problem
    from org_units
    left join with_parents
        on
            org_units.org_unit_code = with_parents.org_unit_code
            and org_units.valid_from = with_parents.valid_from
    where
        org_units.parent_code is not null
        and coalesce(with_parents.days_with_parent, 0)
        < {{ days_between('org_units.valid_from', "coalesce(org_units.valid_to, date '9999-12-31')") }}
),

roots as (
    select
        org_units.org_unit_code,
        org_units.valid_from,
        'second root' as problem
    from org_units
    inner join org_units as others
        on
            org_units.org_unit_code <> others.org_unit_code
            and (others.valid_to is null or org_units.valid_from < others.valid_to)
            and (org_units.valid_to is null or org_units.valid_to > others.valid_from)
    where org_units.parent_code is null and others.parent_code is null
)

select * from in_a_cycle
union all
select * from without_parent
union all
select * from roots
