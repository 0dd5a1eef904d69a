with years as (
    {{ integers_between(var('calendar_first_year'), var('calendar_last_year')) }}
),

quarters as (
    {{ integers_between(1, 4) }}
),

numbered as (
    select
        cast(years.n as bigint) as year,
        cast(quarters.n as bigint) as quarter
    from years
    cross join quarters
),

final as (
    select
        cast(year as string) || '-Q' || cast(quarter as string) as period,
        year,
        quarter,
        make_date(year, 3 * quarter - 2, 1) as starts_on,
        make_date(year, 3 * quarter, case when quarter in (1, 4) then 31 else 30 end) as ends_on
    from numbered
)

select * from final
