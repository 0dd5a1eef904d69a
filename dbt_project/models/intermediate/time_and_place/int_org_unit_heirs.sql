with recursive lines as (
    select distinct
        org_unit_code,
        line_from,
        line_to
    from {{ ref('int_org_unit_lines') }}
),

-- A unit that was divided has no heir.
undivided as (
    select
        from_code,
        changed_on,
        min(to_code) as to_code
    from {{ ref('org_unit_successions') }}
    group by from_code, changed_on
    having count(*) = 1
),

-- Each step begins when the one before ends, so there is an end.
heirs as (
    select
        lines.org_unit_code,
        lines.line_from,
        undivided.to_code as heir_code,
        undivided.changed_on as heir_from,
        followers.line_to as heir_to
    from lines
    inner join undivided
        on lines.org_unit_code = undivided.from_code and lines.line_to = undivided.changed_on
    inner join lines as followers
        on
            undivided.to_code = followers.org_unit_code
            and undivided.changed_on >= followers.line_from
            and (followers.line_to is null or undivided.changed_on < followers.line_to)
    union all
    select
        heirs.org_unit_code,
        heirs.line_from,
        undivided.to_code as heir_code,
        undivided.changed_on as heir_from,
        followers.line_to as heir_to
    from heirs
    inner join undivided
        on heirs.heir_code = undivided.from_code and heirs.heir_to = undivided.changed_on
    inner join lines as followers
        on
            undivided.to_code = followers.org_unit_code
            and undivided.changed_on >= followers.line_from
            and (followers.line_to is null or undivided.changed_on < followers.line_to)
),

final as (
    select
        org_unit_code,
        line_from,
        heir_code,
        heir_from,
        heir_to
    from heirs
)

select * from final
