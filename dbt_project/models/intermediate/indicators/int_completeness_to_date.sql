with completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
),

indicator_periods as (
    select * from {{ ref('int_indicator_periods') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

reckonings as (
    select distinct
        subject,
        frequency,
        is_summed
    from {{ ref('int_indicators') }}
    where subject is not null
),

-- Reports that the year asked for before the first one ever received were expected from nobody, yet a sum
-- over the year lacks them: its completeness is scaled by the share of the year's reports that can be known.
final as (
    select
        indicator_periods.period,
        completeness.org_unit_code,
        completeness.subject,
        reckonings.frequency,
        reckonings.is_summed,
        {{ percent('sum(completeness.reporters_reported)', 'sum(completeness.reporters_expected)') }}
        * max(indicator_periods.share_known) as completeness_pct
    from completeness
    inner join reckonings on completeness.subject = reckonings.subject
    inner join indicator_periods
        on
            completeness.period = indicator_periods.counted_period
            and reckonings.frequency = indicator_periods.frequency
            and reckonings.is_summed = indicator_periods.is_summed
    inner join units as units_then
        on completeness.period = units_then.period and completeness.org_unit_code = units_then.org_unit_code
    inner join units
        on
            indicator_periods.period = units.period
            and completeness.org_unit_code = units.org_unit_code
            and units_then.valid_from = units.valid_from
    group by
        indicator_periods.period, completeness.org_unit_code, completeness.subject, reckonings.frequency,
        reckonings.is_summed
)

select * from final
