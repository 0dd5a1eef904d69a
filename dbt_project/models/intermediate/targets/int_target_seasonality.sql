with series as (
    select * from {{ ref('int_target_series') }}
    where counts_from_january
),

targets as (
    select * from {{ ref('int_target_actuals') }}
),

-- A year says how years run when all its figures are known and its sum is complete and not 0.
full_years as (
    select
        org_unit_code,
        org_unit_valid_from,
        indicator_code,
        threshold,
        year,
        max(case when quarter = 4 then value_to_date end) as value_of_year
    from series
    group by org_unit_code, org_unit_valid_from, indicator_code, threshold, year
    having
        count(*) = max(periods_per_year)
        and max(case when quarter = 4 and is_complete_to_date then value_to_date end) > 0
),

shares as (
    select
        series.org_unit_code,
        series.org_unit_valid_from,
        series.indicator_code,
        series.threshold,
        series.year,
        series.quarter,
        series.value_to_date / full_years.value_of_year as share
    from series
    inner join full_years on {{ is_same_series('series', 'full_years') }} and series.year = full_years.year
),

target_years as (
    select distinct
        indicator_code,
        target_year
    from targets
    where counted_over = 'year'
),

final as (
    select
        shares.org_unit_code,
        shares.org_unit_valid_from,
        shares.indicator_code,
        shares.threshold,
        target_years.target_year,
        shares.quarter,
        count(*) as full_years,
        {{ rounded('avg(shares.share)', 12) }} as share,
        min(shares.share) as lowest_share,
        max(shares.share) as highest_share
    from shares
    inner join target_years
        on shares.indicator_code = target_years.indicator_code and shares.year < target_years.target_year
    group by
        shares.org_unit_code, shares.org_unit_valid_from, shares.indicator_code, shares.threshold,
        target_years.target_year, shares.quarter
    having count(*) >= {{ var('seasonality_from_years') }}
)

select * from final
