with targets as (
    select * from {{ ref('int_targets_combined') }}
),

sets as (
    select * from {{ ref('int_target_sets') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

heirs as (
    select * from {{ ref('int_org_unit_heirs') }}
),

lines as (
    select * from {{ ref('int_org_unit_lines') }}
),

org_units as (
    select * from {{ ref('org_units') }}
),

last_period as (
    select max(period) as period
    from periods
),

-- Of a target that was given several times the version in force at the end of the period, before it was given
-- the first one. A stock or a ratio is followed until the target year is over, a flow from its first year on.
in_force as (
    select
        targets.*,
        periods.period,
        periods.ends_on,
        case
            when indicators.aggregation_over_time = 'sum'
                then coalesce(targets.first_year, targets.target_year)
        end as followed_from,
        periods.year <= targets.target_year
        and (
            coalesce(indicators.aggregation_over_time, 'last') <> 'sum'
            or periods.year >= coalesce(targets.first_year, targets.target_year)
        )
        and coalesce(periods.ends_on >= targets.org_unit_valid_from, true) as is_followed
    from targets
    inner join periods
        on
            (targets.target_version = 1 or targets.given_in <= periods.period)
            and (targets.next_given_in is null or targets.next_given_in > periods.period)
    left join indicators on targets.indicator_code = indicators.indicator_code
),

counted as (
    select
        in_force.*,
        max(case when is_followed then 1 else 0 end) over (
            partition by org_unit_code, org_unit_valid_from, indicator_code, target_set, target_year
        ) as is_ever_followed
    from in_force
),

-- A target none of whose periods has data still stands beside the latest period, without an actual value.
shown as (
    select counted.*
    from counted
    cross join last_period
    where counted.is_followed or (counted.is_ever_followed = 0 and counted.period = last_period.period)
),

-- A unit that is no more has its targets stand with its heir, marked; without a single heir they stand under
-- its own code, marked as well if another unit bears it now.
placed as (
    select
        shown.*,
        coalesce(heirs.heir_code, shown.org_unit_code) as shown_at_code,
        case
            when heirs.heir_code is not null or bearers.org_unit_code is not null then shown.org_unit_code
        end as inherited_from_code
    from shown
    left join heirs
        on
            shown.org_unit_code = heirs.org_unit_code
            and shown.org_unit_valid_from = heirs.line_from
            and shown.ends_on >= heirs.heir_from
            and (heirs.heir_to is null or shown.ends_on < heirs.heir_to)
    left join lines as bearers
        on
            shown.org_unit_code = bearers.org_unit_code
            and shown.org_unit_valid_to <= bearers.valid_from
            and shown.ends_on >= bearers.valid_from
            and (bearers.line_to is null or shown.ends_on < bearers.line_to)
            and bearers.valid_from = bearers.line_from
),

-- One code may have been that of several units before: the last of them counts.
ranked as (
    select
        placed.*,
        row_number() over (
            partition by period, shown_at_code, indicator_code, target_set, target_year, inherited_from_code
            order by org_unit_valid_from desc
        ) as rank_of_bearer
    from placed
),

final as (
    select
        ranked.period,
        ranked.shown_at_code as org_unit_code,
        ranked.inherited_from_code,
        case when ranked.inherited_from_code is not null then org_units.name_vi end as inherited_from_name_vi,
        ranked.indicator_code,
        ranked.target_set,
        sets.set_kind,
        ranked.followed_from as first_year,
        ranked.target_year,
        ranked.target_version,
        ranked.operator,
        ranked.target_value,
        ranked.first_target_value,
        ranked.is_adjusted,
        ranked.is_qualitative,
        ranked.qualitative_word,
        ranked.threshold,
        ranked.denominator,
        ranked.source,
        ranked.is_followed
    from ranked
    left join sets
        on ranked.target_set = sets.target_set and ranked.set_org_unit_code = sets.org_unit_code
    left join org_units
        on
            ranked.org_unit_code = org_units.org_unit_code
            and ranked.org_unit_valid_to = org_units.valid_to
    where ranked.rank_of_bearer = 1
)

select * from final
