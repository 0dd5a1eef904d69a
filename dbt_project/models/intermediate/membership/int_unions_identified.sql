with unions as (
    select * from {{ ref('int_unions_current') }}
),

org_units as (
    select * from {{ ref('int_org_units_restated') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

scope_changes as (
    select * from {{ ref('scope_changes') }}
),

located as (
    select
        unions.period,
        unions.union_code,
        unions.sector,
        unions.tax_code,
        unions.ended_on,
        unions.is_active,
        periods.ends_on,
        unions.org_unit_code,
        org_units.valid_from,
        org_units.is_current,
        org_units.current_branch_code
    from unions
    inner join periods on unions.period = periods.period
    inner join org_units
        on unions.period = org_units.period and unions.org_unit_code = org_units.org_unit_code
),

-- What a unit reported under a code, in all periods of its validity.
by_sender as (
    select
        current_branch_code,
        union_code,
        org_unit_code,
        valid_from,
        is_current,
        max_by(sector, ends_on) as sector,
        max_by(tax_code, case when tax_code is not null then ends_on end) as tax_code,
        min(ends_on) as first_on,
        max(ends_on) as last_on,
        max(case when is_active then ends_on end) as last_active_on
    from located
    group by current_branch_code, union_code, org_unit_code, valid_from, is_current
),

by_code as (
    select
        current_branch_code,
        union_code,
        count(distinct sector) > 1 or count(distinct tax_code) > 1 as is_described_differently
    from by_sender
    group by current_branch_code, union_code
    having count(*) > 1
),

reported_twice as (
    select
        located.current_branch_code,
        located.union_code,
        located.period
    from located
    inner join by_code
        on
            located.current_branch_code = by_code.current_branch_code
            and located.union_code = by_code.union_code
    group by located.current_branch_code, located.union_code, located.period
    having count(*) > 1
),

-- A code is unique within one report only. What two units of a province of today report under one code for
-- the same period, or with another sector or tax code, are two unions, told apart by who reported them.
ambiguous_codes as (
    select
        current_branch_code,
        union_code
    from reported_twice
    union
    select
        current_branch_code,
        union_code
    from by_code
    where is_described_differently
),

identified as (
    select
        by_sender.*,
        ambiguous_codes.union_code is not null as is_ambiguous,
        case
            when ambiguous_codes.union_code is null then ''
            else by_sender.org_unit_code || ' ' || cast(by_sender.valid_from as string)
        end as told_apart_by
    from by_sender
    left join ambiguous_codes
        on
            by_sender.current_branch_code = ambiguous_codes.current_branch_code
            and by_sender.union_code = ambiguous_codes.union_code
),

-- '' for a unit of the past: the last report counts, not the last one of a unit of today.
histories as (
    select
        current_branch_code,
        union_code,
        told_apart_by,
        is_ambiguous,
        max_by(sector, last_on) as last_sector,
        max_by(case when is_current then org_unit_code else '' end, last_on) as last_sender_code,
        min(first_on) as first_on,
        max(last_active_on) as last_active_on
    from identified
    group by current_branch_code, union_code, told_apart_by, is_ambiguous
),

ends as (
    select distinct
        current_branch_code,
        union_code,
        org_unit_code,
        valid_from,
        ended_on
    from located
    where ended_on is not null
),

-- A union that is reported active after the change did not end by it, whatever its sector. Where the code
-- cannot tell whether it is one of those before the change, it stays out on both sides, like all of its
-- sector.
left_out as (
    select distinct
        histories.current_branch_code,
        histories.union_code,
        histories.told_apart_by
    from histories
    inner join identified
        on
            histories.current_branch_code = identified.current_branch_code
            and histories.union_code = identified.union_code
            and histories.told_apart_by = identified.told_apart_by
    inner join scope_changes on histories.last_sector = scope_changes.sector
    left join ends
        on
            identified.current_branch_code = ends.current_branch_code
            and identified.union_code = ends.union_code
            and identified.org_unit_code = ends.org_unit_code
            and identified.valid_from = ends.valid_from
    where
        (
            scope_changes.all_of_sector
            or ends.ended_on between scope_changes.ended_from and scope_changes.ended_to
        )
        and (
            histories.last_active_on is null
            or histories.last_active_on <= scope_changes.ended_to
            or (histories.is_ambiguous and histories.first_on > scope_changes.ended_to)
        )
),

final as (
    select
        identified.current_branch_code,
        identified.union_code,
        identified.org_unit_code,
        identified.valid_from,
        nullif(histories.last_sender_code, '') as last_sender_code,
        left_out.union_code is null as is_comparable
    from identified
    inner join histories
        on
            identified.current_branch_code = histories.current_branch_code
            and identified.union_code = histories.union_code
            and identified.told_apart_by = histories.told_apart_by
    left join left_out
        on
            identified.current_branch_code = left_out.current_branch_code
            and identified.union_code = left_out.union_code
            and identified.told_apart_by = left_out.told_apart_by
)

select * from final
