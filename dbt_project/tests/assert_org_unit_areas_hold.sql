-- A commune is covered by one unit at a time, and only while that unit is valid.
with areas as (
    select * from {{ ref('dim_org_unit_area') }}
),

org_units as (
    select * from {{ ref('dim_org_unit') }}
),

covered_twice as (
    select
        areas.org_unit_code,
        areas.admin_code,
        areas.valid_from,
        'covered twice on a day' as problem
    from areas
    inner join areas as others
        on
            areas.admin_code = others.admin_code
            and (areas.org_unit_code <> others.org_unit_code or areas.valid_from <> others.valid_from)
            and (others.valid_to is null or areas.valid_from < others.valid_to)
            and (areas.valid_to is null or areas.valid_to > others.valid_from)
),

empty_validity as (
    select
        org_unit_code,
        admin_code,
        valid_from,
        'ends before it begins' as problem
    from areas
    where valid_to <= valid_from
),

-- 9999-12-31 stands for no end.
with_unit as (
    select
        areas.org_unit_code,
        areas.admin_code,
        areas.valid_from,
        sum(
            {{ days_between(
                'greatest(areas.valid_from, org_units.valid_from)',
                "coalesce(least(areas.valid_to, org_units.valid_to), date '9999-12-31')"
            ) }}
        ) as days_with_unit
    from areas
    inner join org_units
        on
            areas.org_unit_code = org_units.org_unit_code
            and (org_units.valid_to is null or areas.valid_from < org_units.valid_to)
            and (areas.valid_to is null or areas.valid_to > org_units.valid_from)
    group by areas.org_unit_code, areas.admin_code, areas.valid_from
),

without_unit as (
    select
        areas.org_unit_code,
        areas.admin_code,
        areas.valid_from,
        'covered by a unit that is not valid' as problem
    from areas
    left join with_unit
        on
            areas.org_unit_code = with_unit.org_unit_code
            and areas.admin_code = with_unit.admin_code
            and areas.valid_from = with_unit.valid_from
    where
        coalesce(with_unit.days_with_unit, 0)
        < {{ days_between('areas.valid_from', "coalesce(areas.valid_to, date '9999-12-31')") }}
)

select * from covered_twice
union all
select * from empty_validity
union all
select * from without_unit
