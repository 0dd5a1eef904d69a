-- Every succession begins at a unit that ends on that day and leads to one that is valid on it; there is one
-- kind per end, and a number of successors that fits the kind.
with successions as (
    select * from {{ ref('dim_org_unit_succession') }}
),

ends as (
    select
        from_code,
        changed_on,
        count(*) as rows_of_end,
        count(distinct kind) as kinds,
        count(distinct to_code) as successors,
        min(kind) as kind
    from successions
    group by from_code, changed_on
),

no_unit_ended as (
    select
        from_code,
        changed_on,
        'no validity ends on that day' as problem
    from successions
    where from_valid_from is null
),

no_unit_follows as (
    select
        from_code,
        changed_on,
        'successor is not valid on that day' as problem
    from successions
    where to_code is not null and to_valid_from is null
),

several_kinds as (
    select
        from_code,
        changed_on,
        'several kinds' as problem
    from ends
    where kinds > 1
),

wrong_number as (
    select
        from_code,
        changed_on,
        'number of successors does not fit the kind' as problem
    from ends
    where
        rows_of_end <> case kind when 'split' then greatest(successors, 2) else 1 end
        or successors <> case kind when 'ended' then 0 when 'split' then rows_of_end else 1 end
),

no_reason as (
    select
        from_code,
        changed_on,
        'no reason' as problem
    from successions
    where trim(reason) = ''
)

select * from no_unit_ended
union all
select * from no_unit_follows
union all
select * from several_kinds
union all
select * from wrong_number
union all
select * from no_reason
