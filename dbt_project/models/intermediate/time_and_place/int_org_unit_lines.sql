with org_units as (
    select * from {{ ref('org_units') }}
),

successions as (
    select * from {{ ref('org_unit_successions') }}
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
),

-- Who took in a unit from outside. Districts that fell to their own province add nothing to it.
taken_in as (
    select distinct
        successions.to_code,
        successions.changed_on
    from successions
    left join ancestors
        on
            successions.from_code = ancestors.org_unit_code
            and successions.to_code = ancestors.ancestor_code
            and successions.changed_on = ancestors.shared_to
    where successions.from_code <> successions.to_code and ancestors.org_unit_code is null
),

undivided as (
    select
        from_code,
        changed_on,
        min(to_code) as to_code,
        min(kind) as kind
    from successions
    group by from_code, changed_on
    having count(*) = 1
),

-- The same unit under another name or parent, or kept as it was.
continued as (
    select
        later.org_unit_code,
        later.valid_from
    from org_units as later
    inner join org_units as earlier
        on later.org_unit_code = earlier.org_unit_code and later.valid_from = earlier.valid_to
    inner join undivided
        on
            earlier.org_unit_code = undivided.from_code
            and earlier.valid_to = undivided.changed_on
            and later.org_unit_code = undivided.to_code
    left join taken_in
        on later.org_unit_code = taken_in.to_code and later.valid_from = taken_in.changed_on
    where
        taken_in.to_code is null
        and (undivided.kind in ('moved', 'renamed') or earlier.name_vi = later.name_vi)
),

begun as (
    select
        org_units.org_unit_code,
        org_units.valid_from,
        org_units.valid_to,
        max(case when continued.org_unit_code is null then org_units.valid_from end) over (
            partition by org_units.org_unit_code
            order by org_units.valid_from asc
        ) as line_from
    from org_units
    left join continued
        on
            org_units.org_unit_code = continued.org_unit_code
            and org_units.valid_from = continued.valid_from
),

final as (
    select
        org_unit_code,
        valid_from,
        line_from,
        case
            when
                count(*) over (partition by org_unit_code, line_from)
                = count(valid_to) over (partition by org_unit_code, line_from)
                then max(valid_to) over (partition by org_unit_code, line_from)
        end as line_to
    from begun
)

select * from final
