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
        unions.org_unit_code,
        unions.union_code,
        unions.sector,
        unions.tax_code,
        unions.ended_on,
        periods.ends_on,
        case when unions.is_active then periods.ends_on end as active_on,
        org_units.current_org_unit_code,
        org_units.current_branch_code,
        org_units.org_unit_code || ' ' || cast(org_units.valid_from as string) as sender,
        case when org_units.is_current then org_units.org_unit_code end as current_sender_code
    from unions
    inner join periods on unions.period = periods.period
    inner join org_units
        on unions.period = org_units.period and unions.org_unit_code = org_units.org_unit_code
),

described as (
    select
        located.*,
        max_by(sector, ends_on) over by_sender as sender_sector,
        max_by(tax_code, case when tax_code is not null then ends_on end) over by_sender as sender_tax_code
    from located
    window by_sender as (partition by current_branch_code, union_code, sender)
),

-- A code is unique within one report only. What two units of a province of today report under one code for
-- the same period, or with another sector or tax code, are two unions.
ambiguous_codes as (
    select
        current_branch_code,
        union_code
    from described
    group by current_branch_code, union_code
    having
        count(*) > count(distinct period)
        or count(distinct sender_sector) > 1
        or count(distinct sender_tax_code) > 1
),

identified as (
    select
        located.*,
        ambiguous_codes.union_code is not null as is_ambiguous,
        located.current_branch_code || '|' || located.union_code || '|'
        || case when ambiguous_codes.union_code is null then '' else located.sender end as union_key
    from located
    left join ambiguous_codes
        on
            located.current_branch_code = ambiguous_codes.current_branch_code
            and located.union_code = ambiguous_codes.union_code
),

histories as (
    select
        union_key,
        max_by(sector, ends_on) as last_sector,
        -- '' for a unit of the past: the last report counts, not the last one of a unit of today
        max_by(coalesce(current_sender_code, ''), ends_on) as last_sender_code,
        min(ends_on) as first_on,
        max(active_on) as last_active_on,
        bool_or(is_ambiguous) as is_ambiguous
    from identified
    group by union_key
),

-- A union that is reported active after the change did not end by it, whatever its sector. Where the code
-- cannot tell whether it is one of those before the change, it stays out on both sides, like all of its
-- sector.
left_out as (
    select distinct identified.union_key
    from identified
    inner join histories on identified.union_key = histories.union_key
    inner join scope_changes on histories.last_sector = scope_changes.sector
    where
        (
            scope_changes.all_of_sector
            or identified.ended_on between scope_changes.ended_from and scope_changes.ended_to
        )
        and (
            histories.last_active_on is null
            or histories.last_active_on <= scope_changes.ended_to
            or (histories.is_ambiguous and histories.first_on > scope_changes.ended_to)
        )
),

final as (
    select
        identified.period,
        identified.org_unit_code,
        identified.union_code,
        coalesce(nullif(histories.last_sender_code, ''), identified.current_org_unit_code)
            as current_org_unit_code,
        left_out.union_key is null as is_comparable
    from identified
    inner join histories on identified.union_key = histories.union_key
    left join left_out on identified.union_key = left_out.union_key
)

select * from final
